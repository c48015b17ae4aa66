import { generationScores } from '@lab/metrics';
import { meanLogits, meanProbabilities } from '@lab/models';
import type { Evaluation, Readout } from '@lab/records';
import type { Handle } from '@lab/engine';
import { sequenceOf } from '../session/rows/text-rows.ts';
import type { Assessment, Split } from './assessment.ts';
import { meanFieldDiffers, type Reading } from './read.ts';
import { lossesOf } from './text-losses.ts';
import type { Way } from './way.ts';
import { writtenBy } from './writing.ts';

/** The ensemble that a method is tested by: of logits, or of probabilities; none for others. */
const ensembleOf = (readout: Readout, members: number): readonly Way[] => {
  if (members === 0) return [];
  if (readout === 'ensemble-logits') return [{ readout, pass: 'member', members, combine: meanLogits }];
  if (readout === 'ensemble-probabilities') return [{ readout, pass: 'member', members, combine: meanProbabilities }];
  return [];
};

/**
 * Deterministic, with the expected update where it differs, and as the ensemble that the method is
 * tested by.
 */
const waysOf = ({ session }: Reading, members: number): readonly Way[] => {
  return [
    { readout: 'deterministic', pass: 'deterministic', members: 1 },
    ...(meanFieldDiffers(session) ? [{ readout: 'mean-field', pass: 'mean-field', members: 1 } as const] : []),
    ...ensembleOf(session.blueprint.method.evaluate.readout, members),
  ];
};

/**
 * Metrics and predictions of a text-to-text split. Losses are read everywhere; texts are written
 * for test sets alone.
 */
export const assessTexts = async (
  reading: Reading,
  theta: Handle,
  { name: split, rows, members }: Split,
): Promise<Assessment> => {
  const counts = rows.map((row) => {
    const { ids, targetFrom } = sequenceOf(row);
    return Math.max(0, ids.length - targetFrom);
  });
  const total = counts.reduce((a, b) => a + b, 0);
  const evaluations: Evaluation[] = [];
  const texts: { readonly readout: Readout; readonly written: readonly string[] }[] = [];
  let deterministic: readonly number[] = [];
  for (const way of waysOf(reading, members)) {
    const losses = await lossesOf(reading, theta, rows, way);
    if (way.readout === 'deterministic') deterministic = losses;
    const nll = total === 0 ? null : losses.reduce((a, b) => a + b, 0) / total;
    const written = split === 'train' || split === 'validation' ? null : await writtenBy(reading, theta, rows, way);
    if (written) texts.push({ readout: way.readout, written });
    const scored = written?.map((hypothesis, i) => ({ hypothesis, references: rows[i]?.example.references ?? [''] }));
    evaluations.push({
      split,
      readout: way.readout,
      members: way.members,
      examples: rows.length,
      metrics: { nll, ...(scored ? generationScores(scored) : {}) },
    });
  }
  const predictions = rows.map(({ example }, i) => ({
    id: example.id,
    label: 0,
    deterministic: [Number(((deterministic[i] ?? 0) / Math.max(1, counts[i] ?? 0)).toPrecision(7))],
    texts: Object.fromEntries(texts.map(({ readout, written }) => [readout, written[i] ?? ''])),
    references: example.references ?? [],
  }));
  return { evaluations, predictions };
};
