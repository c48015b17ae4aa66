import { from } from 'arquero';
import { axis } from './run.ts';
import type { Cell } from './study.ts';

type Value = string | number | null;

/** A word that a spreadsheet would take for a formula is written with a leading apostrophe. */
export const unformula = (word: string): string => (/^[=+\-@\t\r]/.test(word) ? `'${word}` : word);

const guarded = (v: Value | undefined): Value => (typeof v === 'string' ? unformula(v) : (v ?? null));

const rowsOf = (cell: Cell, labels: readonly string[], metrics: readonly string[]): Record<string, Value>[] => {
  const { result, config, surroundings } = cell.record;
  const frame = {
    run: result.id,
    status: result.status,
    model: guarded(String(axis(cell, 'model'))),
    dataset: guarded(String(axis(cell, 'dataset'))),
    seed: config.seed,
    ...Object.fromEntries(labels.map((name) => [`label.${name}`, guarded(cell.labels[name])])),
  };
  const rest = {
    trainable: result.counts.trainable,
    seconds: result.cost.seconds,
    memoryMB: result.cost.peakMemoryMB,
    engine: guarded(surroundings.engine),
    commit: guarded(surroundings.commit),
  };
  const { headline } = result;
  return result.evaluations
    .filter((e) => e.split !== 'validation')
    .map((e) => ({
      ...frame,
      split: e.split,
      readout: e.readout,
      members: e.members,
      own: e.readout === headline.readout && e.members === headline.members ? 1 : 0,
      ...Object.fromEntries(metrics.map((name) => [name, e.metrics[name] ?? null])),
      ...rest,
    }));
};

/** All runs as one flat CSV, a row for each readout on training and test split: for whoever wants to count again. */
export const flatCsv = (cells: readonly Cell[]): string => {
  const labels = [...new Set(cells.flatMap((c) => Object.keys(c.labels)))];
  const metrics = [
    ...new Set(cells.flatMap((c) => c.record.result.evaluations.flatMap((e) => Object.keys(e.metrics)))),
  ].sort();
  const rows = cells.flatMap((cell) => rowsOf(cell, labels, metrics));
  return rows.length === 0 ? '' : `${from(rows).toCSV().trimEnd()}\n`;
};
