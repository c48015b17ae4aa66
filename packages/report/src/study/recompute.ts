import type { Prediction, RunRecord } from '@lab/records';
import { storedScores } from './scores/outcome.ts';

/** Stored outputs keep seven digits, so scores agree to about as many. */
const tolerance = 1e-4;

/**
 * The first stored test score that a run's own predictions do not give, as a sentence; null where
 * all agree. Scores of texts are not computed again.
 */
export const disagreement = (record: RunRecord, predictions: readonly Prediction[]): string | null => {
  if (predictions.some(({ texts }) => texts !== undefined)) return null;
  for (const { split, readout, members, metrics } of record.result.evaluations) {
    if (split !== 'test') continue;
    const again = storedScores(predictions, readout, members);
    for (const [name, value] of Object.entries(again ?? {})) {
      const stored = metrics[name];
      if (value === null || stored === null || stored === undefined) continue;
      if (Math.abs(stored - value) > tolerance * Math.max(1, Math.abs(value)))
        return (
          `${readout} of ${members}: ${name} is ${stored} in ` + `the result and ${value.toFixed(6)} by the predictions`
        );
    }
  }
  return null;
};
