import { table } from 'arquero';
import { flatten, type Scalar } from '../study/flatten.ts';
import { axis, value } from '../study/run.ts';
import type { Cell } from '../study/study.ts';

type Value = string | number | null;

/** A word that a spreadsheet would take for a formula is written with a leading apostrophe. */
export const unformula = (word: string): string => (/^[=+\-@\t\r]/.test(word) ? `'${word}` : word);

const guarded = (v: Value | undefined): Value => (typeof v === 'string' ? unformula(v) : (v ?? null));

/** Truth values as words. */
const plain = (v: Scalar | undefined): Value => (typeof v === 'boolean' ? String(v) : (v ?? null));

/**
 * All runs as one flat CSV, a row for each readout on every split: for whoever wants to
 * count again.
 */
export const flatCsv = (cells: readonly Cell[]): string => {
  const labels = [...new Set(cells.flatMap((c) => Object.keys(c.labels)))];
  const metrics = [
    ...new Set(cells.flatMap((c) => c.record.result.evaluations.flatMap((e) => Object.keys(e.metrics)))),
  ].sort();
  const rows = cells.flatMap((cell) => cell.record.result.evaluations.map((e) => ({ cell, e, record: cell.record })));
  const configs = new Map(cells.map((cell) => [cell, flatten(cell.record.config)]));
  const keys = [...new Set([...configs.values()].flatMap((config) => Object.keys(config)))].sort();
  // Columns, not row objects: a hundred thousand rows stay small.
  const pick = (of: (row: (typeof rows)[number]) => Value | undefined): Value[] => rows.map((row) => guarded(of(row)));
  const columns: Record<string, Value[]> = {
    run: pick(({ record }) => record.result.id),
    status: pick(({ record }) => record.result.status),
    model: pick(({ cell }) => String(axis(cell, 'model'))),
    dataset: pick(({ cell }) => String(axis(cell, 'dataset'))),
    seed: pick(({ record }) => record.config.seed),
    ...Object.fromEntries(
      labels.map((name) => [
        `label.${name}`,
        pick(({ cell: { labels } }) => (Object.hasOwn(labels, name) ? labels[name] : null)),
      ]),
    ),
    split: pick(({ e }) => e.split),
    readout: pick(({ e }) => e.readout),
    members: pick(({ e }) => e.members),
    own: pick(({ e, record: { result } }) =>
      Number(e.readout === result.headline.readout && e.members === result.headline.members),
    ),
    ...Object.fromEntries(metrics.map((name) => [name, pick(({ e }) => e.metrics[name])])),
    trainable: pick(({ record }) => record.result.counts.trainable),
    ...(rows.some(({ record }) => record.result.ranks)
      ? { meanRank: pick(({ cell }) => value(cell, 'rank', null) ?? undefined) }
      : {}),
    seconds: pick(({ record }) => record.result.cost.seconds),
    memoryMB: pick(({ record }) => record.result.cost.peakMemoryMB),
    engine: pick(({ record }) => record.surroundings.engine),
    commit: pick(({ record }) => record.surroundings.commit),
    ...Object.fromEntries(keys.map((name) => [`config.${name}`, pick(({ cell }) => plain(configs.get(cell)?.[name]))])),
  };
  return rows.length === 0 ? '' : `${table(columns).toCSV().trimEnd()}\n`;
};
