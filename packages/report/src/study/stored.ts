import { readCurve, readPredictions, readRecord, readValidation, type Labels, type RunConfig } from '@lab/records';
import { sequencesIn } from './stages.ts';
import type { Cell, Study } from './study.ts';

/** A run that an experiment planned. */
interface StoredRun {
  readonly id: string;
  readonly config: RunConfig;
  readonly labels: Labels;
}

/**
 * The finished ones of an experiment's runs in the store at `out`; predictions and curves are read
 * when they are needed.
 */
export const storedStudy = (
  { name, title, question, holds, command }: Omit<Study, 'cells' | 'sequences'>,
  runs: readonly StoredRun[],
  out: string,
): Study => {
  const cellOf = ({ id, config, labels }: StoredRun): readonly Cell[] => {
    const record = readRecord(out, id, config);
    if (!record) return [];
    return [
      {
        record,
        labels,
        predictions: () => readPredictions(out, id),
        validation: () => readValidation(out, id),
        curve: () => readCurve(out, id),
      },
    ];
  };
  const said = { ...(holds === undefined ? {} : { holds }), ...(command === undefined ? {} : { command }) };
  const sequences = sequencesIn(runs);
  const planned = sequences.length > 0 ? { sequences } : {};
  return { name, title, question, ...said, ...planned, cells: runs.flatMap(cellOf) };
};
