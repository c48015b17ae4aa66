import { sequenceScores, type TaskMatrix } from '@lab/metrics';
import type { Cost, Evaluation } from '@lab/records';
import { sequenceRuns, stageOf, withoutStage } from './stages.ts';
import { force, type Cell, type PlannedSequence } from './study.ts';

type Reading = Pick<Evaluation, 'readout' | 'members'>;

/** The tasks of a sequence, in the order in which its stages were trained on them. */
export const tasksOf = (stages: readonly Cell[]): readonly string[] => {
  const last = stages.at(-1)?.record.config.tasks;
  const own = stages.flatMap(({ record }) => record.config.tasks?.own ?? []);
  return last?.train === 'all' ? [...last.others.map(({ name }) => name), last.own] : [...new Set(own)];
};

/**
 * Accuracy by stage and task under a reading; `view`: among all classes met, or the task's own.
 * Without columns where the runs know no tasks.
 */
export const taskMatrix = (stages: readonly Cell[], view: 'task' | 'told', reading: Reading): TaskMatrix => {
  const tasks = tasksOf(stages);
  return stages.map(({ record }) =>
    tasks.map((task) => {
      const found = record.result.evaluations.find(
        ({ split, readout, members }) =>
          split === `${view}:${task}` && readout === reading.readout && members === reading.members,
      );
      return found?.metrics['accuracy'] ?? null;
    }),
  );
};

/**
 * What guessing scores: one in as many as there are outputs. Read where a task was tested before
 * its stage.
 */
const guessingOf = (stages: readonly Cell[], matrix: TaskMatrix): number => {
  const early = matrix.some((row, stage) => row.slice(stage + 1).some((value) => value !== null));
  const [first] = early ? force(stages.at(-1)?.predictions ?? []) : [];
  return 1 / Math.max(1, first?.deterministic.length ?? 1);
};

/** Scores of the whole sequence under a reading; empty where the runs know no tasks. */
const scoresOf = (stages: readonly Cell[], reading: Reading): Evaluation['metrics'] => {
  const matrix = taskMatrix(stages, 'task', reading);
  const tasks = matrix.at(-1)?.length ?? 0;
  if (tasks === 0) return {};
  const guessing = guessingOf(stages, matrix);
  const told = taskMatrix(stages.slice(-1), 'told', reading);
  return {
    ...sequenceScores(matrix, new Array<number>(tasks).fill(guessing)),
    told: sequenceScores(told, []).last,
  };
};

/**
 * What a federation cost: parameters that all clients sent to the server, over all rounds; and
 * wherever factors were averaged, what that lost, as the mean over the averages.
 */
const federationOf = (stages: readonly Cell[]): Evaluation['metrics'] => {
  const clients = stages.filter(({ record }) => record.config.share);
  const errors = stages.flatMap(({ record }) => record.result.averagingError ?? []);
  const sent = clients.reduce((sum, { record }) => sum + record.result.counts.trainable, 0);
  const error = errors.reduce((a, b) => a + b, 0) / errors.length;
  return {
    ...(clients.length > 0 ? { communicated: sent } : {}),
    ...(errors.length > 0 ? { 'averaging-error': error } : {}),
  };
};

const summed = (stages: readonly Cell[]): Cost => {
  const costs = stages.map(({ record }) => record.result.cost);
  const of = (part: (cost: Cost) => number) => costs.reduce((sum, cost) => sum + part(cost), 0);
  const seconds = of((cost) => cost.trainSeconds);
  const examples = of((cost) => cost.trainSeconds * cost.examplesPerSecond);
  return {
    seconds: of((cost) => cost.seconds),
    trainSeconds: seconds,
    evalSeconds: of((cost) => cost.evalSeconds),
    steps: of((cost) => cost.steps),
    examplesPerSecond: seconds > 0 ? examples / seconds : 0,
    peakMemoryMB: Math.max(...costs.map(({ peakMemoryMB }) => peakMemoryMB)),
  };
};

/**
 * A sequence as one run: its last stage, with the scores of the whole beside those of its own test
 * split, and the cost of all stages. `stages` holds them in order.
 */
const joined = (stages: readonly Cell[]): readonly Cell[] => {
  const last = stages.at(-1);
  if (!last) return [];
  const { record, labels } = last;
  const federation = federationOf(stages);
  const evaluations = record.result.evaluations.map((evaluation) =>
    evaluation.split === 'test'
      ? { ...evaluation, metrics: { ...evaluation.metrics, ...scoresOf(stages, evaluation), ...federation } }
      : evaluation,
  );
  const cost = stages.length === 1 ? record.result.cost : summed(stages);
  const result = { ...record.result, evaluations, cost };
  return [{ ...last, labels: withoutStage(labels), record: { ...record, result }, stages }];
};

/**
 * Runs as a report compares them: the stages of a sequence become one run, in the place of the last
 * one, where all stages that were planned are there and none diverged. All other runs stay as they
 * are, in their order. `planned`: absent where nobody knows but the runs themselves.
 */
export const wholeSequences = (cells: readonly Cell[], planned?: readonly PlannedSequence[]): readonly Cell[] => {
  const whole = sequenceRuns(cells, planned).filter(({ missing }) => missing.length === 0);
  const ends = new Map(whole.map(({ stages }) => [stages.at(-1), stages]));
  return cells.flatMap((cell) => {
    if (stageOf(cell) === undefined) return cell.record.config.tasks ? joined([cell]) : [cell];
    return joined(ends.get(cell) ?? []);
  });
};
