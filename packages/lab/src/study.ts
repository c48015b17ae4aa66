import type { Study } from '@lab/report';
import { readCurve, readPredictions, readRecord } from '@lab/records';
import type { Experiment, ExperimentRun } from '@lab/runner';

/** The finished runs of an experiment as reports take them; predictions and curves are read when they are needed. */
export const studyOf = (experiment: Experiment, runs: readonly ExperimentRun[], out: string): Study => ({
  name: experiment.name,
  title: experiment.title,
  question: experiment.question,
  cells: runs.flatMap(({ id, labels }) => {
    const record = readRecord(out, id);
    if (!record) return [];
    return [{ record, labels, predictions: () => readPredictions(out, id), curve: () => readCurve(out, id) }];
  }),
});
