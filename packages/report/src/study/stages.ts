import type { Label, Labels } from '@lab/records';
import { groupBy } from './group.ts';
import type { Cell, PlannedSequence } from './study.ts';

type Labelled = Pick<Cell, 'labels'>;

/** One seed of a sequence. */
export interface SequenceRun extends Labelled {
  readonly seed: number;
  /** The stages that ended, in order. */
  readonly stages: readonly Cell[];
  /** Planned stages that have no result, in order; none: the sequence is whole. */
  readonly missing: readonly Label[];
}

/** The stage that a run is; undefined where it is no part of a sequence. */
export const stageOf = ({ labels }: Labelled): Label | undefined => labels['stage'];

/** The labels of the sequence that a stage is a part of. */
export const withoutStage = ({ stage: _stage, ...rest }: Labels): Labels => rest;

const nameOf = (labels: Labels): string => JSON.stringify(Object.entries(withoutStage(labels)).sort());

/** The sequences among planned runs, in their order. */
export const sequencesIn = (runs: readonly Labelled[]): readonly PlannedSequence[] =>
  [
    ...groupBy(
      runs.filter((run) => stageOf(run) !== undefined),
      ({ labels }) => nameOf(labels),
    ).values(),
  ].map((same) => ({
    labels: withoutStage(same[0]?.labels ?? {}),
    stages: [...new Set(same.flatMap((run) => stageOf(run) ?? []))],
  }));

/** A stage that diverged ended without a result. */
const isThere = ({ record }: Cell): boolean => record.result.status === 'done';

/** Every seed of every sequence that has a stage among the finished runs. */
export const sequenceRuns = (
  cells: readonly Cell[],
  planned: readonly PlannedSequence[] = sequencesIn(cells),
): readonly SequenceRun[] => {
  const arms = groupBy(
    cells.filter((cell) => stageOf(cell) !== undefined),
    ({ labels }) => nameOf(labels),
  );
  return planned.flatMap(({ labels, stages: order }) => {
    const seeds = groupBy(arms.get(nameOf(labels)) ?? [], ({ record }) => record.config.seed);
    return [...seeds].map(([seed, some]) => {
      const found = order.map((stage) => some.find((cell) => stageOf(cell) === stage));
      const isMissing = (at: number): boolean => !(found[at] && isThere(found[at]));
      return {
        labels,
        seed,
        stages: found.flatMap((cell) => cell ?? []),
        missing: order.filter((_, at) => isMissing(at)),
      };
    });
  });
};
