import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { present } from '@lab/records';
import { force, readArchive } from '@lab/report';
import { parquetReadObjects } from 'hyparquet';
import { afterAll, describe, expect, it } from 'vitest';
import { columnsOf, csvOf } from '../src/export/table/columns.ts';
import { writeTables } from '../src/export/table/index.ts';
import { scratch } from './cli.ts';

const { out, remove } = scratch();
afterAll(remove);

const report = fileURLToPath(new URL('../../../results/compare/glue-small-minilm', import.meta.url));
const study = present(readArchive(report));

const read = async (name: string) => {
  const bytes = readFileSync(join(out, 'tables', name));
  return parquetReadObjects({ file: new Uint8Array(bytes).buffer });
};

describe('lab export --format table', () => {
  it('has a row for every run, readout and metric, with labels and what the run was', async () => {
    const said = writeTables({ out, to: join(out, 'tables'), report, examples: true });
    expect(said).toMatch(new RegExp(`^${study.cells.length} runs; scores: \\d+ rows; examples: \\d+ rows`));
    expect(readdirSync(join(out, 'tables')).sort()).toEqual([
      'dictionary.csv',
      'examples.csv',
      'examples.parquet',
      'scores.csv',
      'scores.parquet',
    ]);
    const rows = await read('scores.parquet');
    const evaluations = study.cells.flatMap(({ record }) => record.result.evaluations);
    expect(rows).toHaveLength(evaluations.reduce((sum, { metrics }) => sum + Object.keys(metrics).length, 0));
    for (const { record, labels } of study.cells.slice(0, 3))
      for (const { split, readout, members, metrics } of record.result.evaluations)
        for (const [metric, value] of Object.entries(metrics)) {
          const found = rows.filter(
            (row) =>
              row['run'] === record.result.id &&
              row['split'] === split &&
              row['readout'] === readout &&
              row['members'] === members &&
              row['metric'] === metric,
          );
          expect([metric, found.map((row) => row['value'] ?? null)]).toEqual([metric, [value]]);
          expect([found[0]?.['label_method'], found[0]?.['seed']]).toEqual([labels['method'], record.config.seed]);
        }
  });

  it('has every number that a run gave for an example', async () => {
    const rows = await read('examples.parquet');
    const [cell] = study.cells;
    const { id } = present(cell).record.result;
    const [first] = force(present(cell).predictions);
    const { id: example, deterministic, label } = present(first);
    const found = rows.filter(
      ({ run, example: other, pass }) => run === id && other === example && pass === 'deterministic',
    );
    expect(found.map((row) => [row['label'], row['output'], row['value']])).toEqual(
      deterministic.map((value, output) => [label, output, value]),
    );
  });

  it('says of every column what it means', () => {
    const header = (name: string) => present(readFileSync(join(out, 'tables', name), 'utf8').split('\n')[0]).split(',');
    const said = readFileSync(join(out, 'tables', 'dictionary.csv'), 'utf8');
    for (const table of ['scores', 'examples'])
      for (const column of header(`${table}.csv`)) expect(said).toMatch(new RegExp(`^${table},${column},\\w+,`, 'm'));
  });

  it('refuses a folder without runs in one sentence', () => {
    const asked = { out, to: join(out, 'none'), examples: false };
    expect(() => writeTables({ ...asked, report: out })).toThrow(`--report: ${out} holds no archive of runs`);
    expect(() => writeTables({ ...asked, run: 'absent' })).toThrow(`--run: absent is no finished run of ${out}`);
    expect(() => writeTables(asked)).toThrow(`${out} holds no finished run`);
  });
});

it('text with commas and quotes stays one field, and what is no number is empty', () => {
  const columns = columnsOf(
    [{ word: 'a,"b"', size: Number.NaN }],
    [
      { name: 'word', type: 'STRING', meaning: '', of: ({ word }) => word },
      { name: 'size', type: 'DOUBLE', meaning: '', of: ({ size }) => size },
    ],
  );
  expect(csvOf(columns)).toBe('word,size\n"a,""b""",\n');
});
