import type { Prediction } from '@lab/records';
import { columnsOf, type DataColumn } from './columns.ts';

interface Output {
  readonly run: string;
  readonly row: Prediction;
  readonly pass: string;
  readonly output: number;
  readonly value: number;
}

/** Every number that a run gave for one example: by pass, and by output. */
const outputsOf = (run: string, row: Prediction): readonly Output[] => {
  const passes: readonly (readonly [string, readonly number[]])[] = [
    ['deterministic', row.deterministic],
    ...(row.meanField ? [['mean-field', row.meanField] as const] : []),
    ...(row.members ?? []).map((values, i) => [`member ${i + 1}`, values] as const),
  ];
  return passes.flatMap(([pass, values]) => values.map((value, output) => ({ run, row, pass, output, value })));
};

/** One row for a test example of a run, a pass, and an output. */
export const exampleTable = (
  runs: readonly { readonly id: string; readonly predictions: readonly Prediction[] }[],
): readonly DataColumn[] =>
  columnsOf(
    runs.flatMap(({ id, predictions }) => predictions.flatMap((row) => outputsOf(id, row))),
    [
      { name: 'run', type: 'STRING', meaning: 'id of the run', of: ({ run }) => run },
      { name: 'example', type: 'STRING', meaning: 'id of the test example', of: ({ row }) => row.id },
      {
        name: 'label',
        type: 'DOUBLE',
        meaning: 'index of the true class from 0, or the target value',
        of: ({ row }) => row.label,
      },
      {
        name: 'pass',
        type: 'STRING',
        meaning: 'deterministic, mean-field, or the number of an ensemble member in drawing order',
        of: ({ pass }) => pass,
      },
      { name: 'output', type: 'INT32', meaning: 'index of the output: the class, from 0', of: ({ output }) => output },
      {
        name: 'value',
        type: 'DOUBLE',
        meaning: 'logit of the class; the value of a regression; the loss of a written text',
        unit: 'nats for logits and losses',
        of: ({ value }) => value,
      },
    ],
  );
