import type { KnobValue, RunColumns } from './data.ts';

type CsvField = KnobValue | undefined;

/** A spreadsheet must not take a word for a formula. */
const csvField = (value: CsvField): string => {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
};

/** Some runs as CSV: names, measures in printed units, and every setting that differs. */
export const runsCsv = (runs: RunColumns, shown: readonly number[]): string => {
  const named = [
    ['arm', runs.arm],
    ['dataset', runs.task],
    ['status', runs.status],
    ['readout', runs.readout],
  ] as const;
  const head = [
    'run',
    ...named.map(([title]) => title),
    'seed',
    ...runs.measures.map(({ title }) => title),
    ...runs.knobs.map(({ path }) => path),
  ];
  const rows = shown.map((run): readonly CsvField[] => [
    runs.ids[run],
    ...named.map(([, { words, index }]) => words[index[run] ?? -1]),
    runs.seed[run],
    ...runs.measures.map(({ values }) => values[run]),
    ...runs.knobs.map(({ values, index }) => values[index[run] ?? -1]),
  ]);
  return [head, ...rows].map((fields) => `${fields.map(csvField).join(',')}\n`).join('');
};
