import type { Evaluation } from './record.ts';

/** How a run is read; without `members` any number of them. */
interface WantedReading {
  readonly readout: string;
  readonly members?: number;
}

/**
 * The evaluation that was read as wanted. Along a curve and on validation there are single passes
 * alone, unless the selection goes by ensembles: an ensemble of masks is then stood for by its
 * mean-field pass, and that by the deterministic one. Masks off without (1-p)^2 would be another
 * model. Undefined where none of them is there.
 */
export const evaluationAs = (
  evaluations: readonly Evaluation[],
  { readout, members }: WantedReading,
): Evaluation | undefined => {
  const read = (name: string) => evaluations.find((one) => one.readout === name);
  const own = evaluations.find((one) => one.readout === readout && (members ?? one.members) === one.members);
  return own ?? read('mean-field') ?? read('deterministic');
};
