import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { readArchive } from '../src/study/archive.ts';
import { buildReport } from '../src/report.ts';
import { withSeedEnsembles } from '../src/spec/seed-ensembles.ts';
import type { ReportSpec } from '../src/spec/spec.ts';
import type { Cell } from '../src/study/study.ts';

const study = readArchive(fileURLToPath(new URL('../../../results/compare/glue', import.meta.url)))!;
const spec: ReportSpec = {
  name: 's',
  title: 's',
  question: '',
  paper: 'none',
  claims: [],
  tables: [],
  figures: [],
};

const isDeep = ({ record }: Cell): boolean => record.config.dropout.name === 'deep-ensemble';

/**
 * The runs of plain LoRA as a config that names the method would have made them: they train the
 * same.
 */
const asDeep = (cell: Cell): Cell =>
  cell.labels.method !== 'none'
    ? cell
    : {
        ...cell,
        labels: { ...cell.labels, method: 'deep-ensemble' },
        record: { ...cell.record, config: { ...cell.record.config, dropout: { name: 'deep-ensemble' } } },
      };

it('runs of a method whose members are seeds bring their table with them', () => {
  const cells = study.cells.map(asDeep);
  const { tables } = withSeedEnsembles({ ...study, cells }, spec, isDeep);
  expect(tables).toMatchObject([
    {
      kind: 'deep-ensemble',
      arms: [{ where: { method: 'deep-ensemble' } }],
      masks: [{ where: { method: 'lora-dropout' } }],
    },
  ]);
  const built = buildReport({ ...study, cells }, { ...spec, tables });
  expect(built.tables.map(({ name }) => name)).toEqual(['deep-ensemble', 'deep-ensemble-differences']);
  expect(built.tables[0]!.rows.map((row) => row[1]!.text)).toContain('seeds');
});

it('other studies, and reports that have the table, stay as they are', () => {
  expect(withSeedEnsembles(study, spec, isDeep)).toBe(spec);
  const cells = study.cells.map(asDeep);
  const own = withSeedEnsembles({ ...study, cells }, spec, isDeep);
  expect(withSeedEnsembles({ ...study, cells }, own, isDeep)).toBe(own);
});
