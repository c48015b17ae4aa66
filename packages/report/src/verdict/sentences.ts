import { fold, key, uniform } from '@lab/random';
import { mean, sd } from '../stats/describe.ts';
import { type Cell, force } from '../study/study.ts';
import type { ClaimPart } from './decide.ts';

const root = fold(key(0), 'test-sentences');
/** Random halvings of the test sentences that a variance is averaged over. */
const halvings = 6;

/** A run as it would have been tested on some of its sentences: scores come from those outputs. */
const testedOn = (cell: Cell, isKept: (id: string) => boolean): Cell => {
  const { record } = cell;
  const evaluations = record.result.evaluations.map((e) => ({ ...e, metrics: {} }));
  const predictions = force(cell.predictions).filter(({ id }) => isKept(id));
  return { ...cell, predictions, record: { ...record, result: { ...record.result, evaluations } } };
};

/**
 * For each part the variance over seeds of its value that comes from the choice of test sentences:
 * it falls as 1 / sentences, while the rest stays. The sentences are halved at random; the
 * difference of the two halves, from seed to seed, varies four times as much as the whole. Null
 * where scores cannot be computed from the stored outputs (written texts).
 */
export const sentenceVariances = (
  cells: readonly Cell[],
  partsOf: (cells: readonly Cell[]) => readonly ClaimPart[],
): readonly number[] | null => {
  const all = Array.from({ length: halvings }, (_, h) => {
    const stream = fold(root, h);
    const sides = new Map<string, boolean>();
    const isFirst = (id: string): boolean => {
      const side = sides.get(id) ?? (uniform(fold(stream, id), 1)[0] ?? 0) < 0.5;
      sides.set(id, side);
      return side;
    };
    const first = partsOf(cells.map((cell) => testedOn(cell, isFirst)));
    const second = partsOf(cells.map((cell) => testedOn(cell, (id) => !isFirst(id))));
    return first.map(({ values }, part) => {
      const other = second[part]?.values ?? [];
      return values.length === other.length && values.length > 1
        ? sd(values.map((v, s) => v - (other[s] ?? 0))) ** 2 / 4
        : Number.NaN;
    });
  });
  const parts = (all[0] ?? []).map((_, part) => mean(all.map((one) => one[part] ?? Number.NaN)));
  return parts.length > 0 && parts.every(Number.isFinite) ? parts : null;
};

/**
 * Test sentences with which n seeds would find the margin in 80 % of studies: so many that the
 * spread falls to `wanted`. Null where the seeds alone spread more than that.
 */
export const sentencesFor = (
  wanted: number,
  {
    variance,
    fromSentences,
    sentences,
  }: {
    readonly variance: number;
    readonly fromSentences: number;
    readonly sentences: number;
  },
): number | null => {
  const fromSeeds = Math.max(0, variance - fromSentences);
  const left = wanted ** 2 - fromSeeds;
  return left > 0 ? Math.max(1, Math.ceil((sentences * Math.min(fromSentences, variance)) / left)) : null;
};
