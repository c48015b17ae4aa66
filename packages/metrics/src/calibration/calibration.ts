import { average } from '../average.ts';
import { itemAt } from '@lab/records';
import { argmax, softmax, type Logits } from '../softmax.ts';

/** One bin of a reliability diagram. Confidence and accuracy are null when the bin is empty. */
export interface ReliabilityBin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly confidence: number | null;
  readonly accuracy: number | null;
}

/** A probability and whether it was right. */
export interface Bet {
  readonly confidence: number;
  readonly right: boolean;
}

/** The largest probability of each example and whether its class is the label. */
export const topBets = (logits: Logits, labels: readonly number[]): readonly Bet[] =>
  logits.map((row, i) => {
    const best = argmax(row);
    return { confidence: itemAt(softmax(row), best), right: best === labels[i] };
  });

const summarise = (from: number, to: number, bets: readonly Bet[]): ReliabilityBin => ({
  from,
  to,
  count: bets.length,
  confidence: bets.length === 0 ? null : bets.reduce((sum, bet) => sum + bet.confidence, 0) / bets.length,
  accuracy: bets.length === 0 ? null : bets.filter((bet) => bet.right).length / bets.length,
});

/**
 * Bins ((i / bins), (i + 1) / bins], closed on the right: 1.0 lies in the last, and 0.0 (no bin of
 * its own) in the first.
 */
export const equalWidth = (bets: readonly Bet[], bins: number): readonly ReliabilityBin[] => {
  const inBin: Bet[][] = Array.from({ length: bins }, () => []);
  for (const bet of bets) {
    let at = Math.min(bins - 1, Math.max(0, Math.ceil(bet.confidence * bins) - 1));
    // The product can round across an edge; the edge itself decides.
    if (bet.confidence <= at / bins && at > 0) at--;
    else if (bet.confidence > (at + 1) / bins && at < bins - 1) at++;
    itemAt(inBin, at).push(bet);
  }
  return inBin.map((some, i) => summarise(i / bins, (i + 1) / bins, some));
};

/**
 * Bins of equal count by rising confidence (equal ones in given order); the first n mod bins hold
 * one more.
 */
export const equalMass = (bets: readonly Bet[], bins: number): readonly ReliabilityBin[] => {
  const sorted = [...bets].sort((a, b) => a.confidence - b.confidence);
  const small = Math.floor(sorted.length / bins);
  const extra = sorted.length % bins;
  return Array.from({ length: bins }, (_, i) => {
    const start = i * small + Math.min(i, extra);
    const some = sorted.slice(start, start + small + (i < extra ? 1 : 0));
    return summarise(some.at(0)?.confidence ?? 0, some.at(-1)?.confidence ?? 0, some);
  });
};

/**
 * Expected calibration error: count-weighted mean of |accuracy - confidence| over bins, in [0, 1];
 * null without examples.
 */
export const calibrationError = (bins: readonly ReliabilityBin[]): number | null => {
  const total = bins.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return null;
  return bins.reduce(
    (sum, { count, accuracy, confidence }) => sum + (count / total) * Math.abs((accuracy ?? 0) - (confidence ?? 0)),
    0,
  );
};

/** The probability of one class and whether it is the label. */
export const classBets = (logits: Logits, labels: readonly number[], c: number): readonly Bet[] =>
  logits.map((row, i) => ({ confidence: itemAt(softmax(row), c), right: labels[i] === c }));

/**
 * Calibration of every class's probability, not of the top one alone: the mean over classes of its
 * calibration error. 'width' is classwise ECE (Kull et al. 2019, eq. 4), 'mass' the adaptive
 * calibration error (Nixon et al. 2019, eq. 3). Null without examples.
 */
export const classwiseError = (
  logits: Logits,
  labels: readonly number[],
  classes: number,
  bins: number,
  kind: 'width' | 'mass',
): number | null => {
  const cut = kind === 'width' ? equalWidth : equalMass;
  const each = Array.from({ length: classes }, (_, c) => calibrationError(cut(classBets(logits, labels, c), bins)));
  return each.every((value) => value !== null) ? average(each) : null;
};
