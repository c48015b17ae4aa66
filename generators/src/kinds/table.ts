import { insertAfterLast, insertBefore } from '../edit.ts';
import type { GeneratorKind, ReadFile, Subject } from '../kind.ts';

const code = ({ name, camel, pascal, words }: Subject): string => `
import { describe } from '../../stats/describe.ts';
import { armsOf, cellsOf, seedValues, type OverArms } from '../../study/arms/arm.ts';
import { caption } from '../../study/caption.ts';
import { heading, mainMetric } from '../../study/scores/metric.ts';
import type { Cell } from '../../study/study.ts';
import { meanEntry } from '../entries.ts';
import { column, text, type Table } from '../table.ts';

/** ${words}: every arm's mean and spread over seeds. */
export interface ${pascal}Table extends OverArms {
  readonly kind: '${name}';
  readonly metric: string;
}

/** One row an arm: how many seeds it has, and the mean of the metric over them. */
export const ${camel}Tables = (cells: readonly Cell[], spec: ${pascal}Table): Table[] => {
  const arms = armsOf(cells, spec.arms, spec.by);
  const metric = mainMetric(cells, spec.metric);
  const own = arms.flatMap((arm) => cellsOf(cells, arm));
  return [
    {
      name: spec.name,
      title: spec.title,
      caption: caption(own, \`\${heading(metric)}: mean over seeds, ± standard deviation (n - 1).\`, spec.differs),
      columns: [column('method', 'method', 'left'), column('seeds', 'seeds'), column('mean', heading(metric))],
      rows: arms.map((arm) => {
        const values = seedValues(cells, arm, spec.metric);
        return [text(arm.name), text(String(values.length)), meanEntry(metric, describe(values))];
      }),
      notes: [],
    },
  ];
};
`;

const test = ({ name, camel }: Subject): string => `
import { describe, expect, it } from 'vitest';
import { ${camel}Tables } from '../src/tables/kinds/${name}.ts';
import { buildTables } from '../src/tables/index.ts';
import { inventCompare, methods } from './synthetic.ts';

const { cells } = inventCompare(4);
const spec = { kind: '${name}', name: '${name}', title: 'By method', metric: 'nll' } as const;

describe('table ${name}', () => {
  it('has a row for every method, with its seeds and a mean', () => {
    const [table] = ${camel}Tables(cells, spec);
    expect(table?.rows.map(([method]) => method?.text)).toEqual([...methods]);
    for (const [, seeds, mean] of table?.rows ?? []) {
      expect(seeds?.text).toBe('4');
      expect(mean?.raw?.n).toBe(4);
      expect(mean?.text).toMatch(/^\\d*\\.\\d+ ±\\d*\\.\\d+$/);
    }
  });

  it('is built where a report asks for it', () => {
    expect(buildTables(cells, spec)).toEqual(${camel}Tables(cells, spec));
  });
});
`;

const LINES = 'packages/report/src/tables/index.ts';

/** A table of the report: its file, its test, its lines among the tables. */
export const tableKind: GeneratorKind = (subject: Subject, read: ReadFile) => {
  const { name, camel, pascal } = subject;
  const imported = insertAfterLast(
    read(LINES),
    /^import \{ \w+Tables,/,
    `import { ${camel}Tables, type ${pascal}Table } from './kinds/${name}.ts';`,
  );
  const typed = insertAfterLast(imported, /^export type TableSpec =$/, `  | ${pascal}Table`);
  return {
    [`packages/report/src/tables/kinds/${name}.ts`]: code(subject),
    [`packages/report/test/${name}-table.test.ts`]: test(subject),
    [LINES]: insertBefore(
      typed,
      "    case 'versus':",
      `    case '${name}':\n      return ${camel}Tables(cells, spec);\n`,
    ),
  };
};
