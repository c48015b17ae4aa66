import { generationScores } from '@lab/metrics';
import type { RunReading } from '../run.ts';
import { type Cell, force } from '../study.ts';

/**
 * A metric of written texts on the test rows whose ids begin in one of some ways, from the stored
 * texts. Null where the run has no such rows, or wrote no texts under the reading.
 */
export const scoreOfPart = (
  { record: { result }, predictions }: Cell,
  reading: RunReading | null,
  { metric, ids }: { readonly metric: string; readonly ids: readonly string[] },
): number | null => {
  if (reading === null || reading.readout === 'single-members' || result.status !== 'done') return null;
  const { readout } = reading;
  const rows = force(predictions).filter(({ id }) => ids.some((start) => id.startsWith(start)));
  const written = rows.flatMap(({ texts, references }) => {
    const hypothesis = texts?.[readout];
    return hypothesis === undefined ? [] : [{ hypothesis, references: references ?? [''] }];
  });
  return written.length === 0 ? null : (generationScores(written)[metric] ?? null);
};
