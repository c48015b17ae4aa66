import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Words of the small tokenizer; a text of n of them has about n tokens. */
const words = ['the', 'name', 'of', 'a', 'place', 'in', 'which', 'water', 'is', 'used', 'for', 'an', 'act'];

/** The i-th text of `length` words; no two are alike. */
const textOf = (i: number, length: number): string =>
  Array.from({ length }, (_, at) => words[(i * 7 + at * (1 + (i % 5))) % words.length]).join(' ') + ` ${i}`;

/** How many rows and words the made files have. */
export interface MadeSize {
  readonly train: number;
  readonly test: number;
  readonly words: number;
}

type Line = (i: number, text: (part: number) => string) => readonly string[];
interface GlueFiles {
  readonly folder: string;
  readonly header: readonly string[] | null;
  readonly line: Line;
  readonly dev: readonly string[];
}

const pairs = (folder: string, header: readonly string[], labels: readonly string[], dev = ['dev.tsv']): GlueFiles => ({
  folder,
  header,
  dev,
  line: (i, text) => [text(0), text(1), labels[i % labels.length] ?? ''],
});

/** Columns of the official files, as far as they are read. */
const glueFiles: readonly GlueFiles[] = [
  { folder: 'CoLA', header: null, dev: ['dev.tsv'], line: (i, text) => ['made', String(i % 2), '', text(0)] },
  { folder: 'SST-2', header: ['sentence', 'label'], dev: ['dev.tsv'], line: (i, text) => [text(0), String(i % 2)] },
  pairs('MRPC', ['#1 String', '#2 String', 'Quality'], ['0', '1']),
  pairs('QQP', ['question1', 'question2', 'is_duplicate'], ['0', '1']),
  pairs('STS-B', ['sentence1', 'sentence2', 'score'], ['0', '1.5', '3.25', '5']),
  pairs('QNLI', ['question', 'sentence', 'label'], ['entailment', 'not_entailment']),
  pairs('RTE', ['sentence1', 'sentence2', 'label'], ['entailment', 'not_entailment']),
  pairs(
    'MNLI',
    ['sentence1', 'sentence2', 'gold_label'],
    ['entailment', 'neutral', 'contradiction'],
    ['dev_matched.tsv', 'dev_mismatched.tsv'],
  ),
];

/**
 * Questions in SQuAD's form, each on a context of its own; every third has no answer where one may
 * lack.
 */
const squad = (rows: readonly number[], length: number, mayLack: boolean): string => {
  const paragraphs = rows.map((i) => {
    const context = textOf(2 * i, length);
    const text = context.split(' ').slice(2, 4).join(' ');
    const lacks = mayLack && i % 3 === 0;
    const answers = lacks ? [] : [{ text, answer_start: context.indexOf(text) }];
    return { context, qas: [{ id: `made-${i}`, question: textOf(2 * i + 1, 6), answers, is_impossible: lacks }] };
  });
  return JSON.stringify({ version: 'made', data: [{ title: 'made', paragraphs }] });
};

/** Writes made files of every data set that a `paper` scale of GLUE, E2E, WebNLG, … reads. */
export const writeMadeData = (folder: string, { train, test, words: length }: MadeSize): void => {
  const file = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  const rows = <T>(n: number, from: number, make: (i: number) => T): readonly T[] =>
    Array.from({ length: n }, (_, i) => make(from + i));
  const half = Math.max(1, Math.round(length / 2));
  for (const { folder: task, header, line, dev } of glueFiles) {
    const table = (n: number, from: number): string =>
      [...(header ? [header] : []), ...rows(n, from, (i) => line(i, (part) => textOf(2 * i + part, half)))]
        .map((cells) => cells.join('\t'))
        .join('\n');
    file(`GLUE/${task}/train.tsv`, `${table(train, 0)}\n`);
    for (const name of dev) file(`GLUE/${task}/${name}`, `${table(test, train)}\n`);
  }
  const csv = (n: number, from: number): string =>
    ['mr,ref', ...rows(n, from, (i) => `${textOf(2 * i, half)},${textOf(2 * i + 1, half)}`)].join('\n');
  file('e2e/trainset.csv', `${csv(train, 0)}\n`);
  file('e2e/devset.csv', `${csv(test, train)}\n`);
  file('e2e/testset_w_refs.csv', `${csv(test, train + test)}\n`);
  const entry = (i: number) => ({
    [String(i)]: {
      category: 'Airport',
      lexicalisations: [{ lex: textOf(2 * i, half) }],
      modifiedtripleset: [{ subject: textOf(2 * i + 1, half), property: 'is', object: 'made' }],
    },
  });
  const webnlg = (n: number, from: number): string => JSON.stringify({ entries: rows(n, from, entry) });
  file('webnlg/train.json', webnlg(train, 0));
  file('webnlg/dev.json', webnlg(test, train));
  file('webnlg/test.json', webnlg(test, train + test));
  const boolq = (n: number, from: number): string =>
    rows(n, from, (i) =>
      JSON.stringify({ question: textOf(2 * i, half), passage: textOf(2 * i + 1, half), answer: i % 2 === 0 }),
    ).join('\n');
  file('BoolQ/train.jsonl', `${boolq(train + test, 0)}\n`);
  file('BoolQ/dev.jsonl', `${boolq(test, train + test)}\n`);
  const numbers = (n: number, from: number) => rows(n, from, (i) => i);
  for (const [version, mayLack] of [
    ['v1.1', false],
    ['v2.0', true],
  ] as const) {
    file(`squad/train-${version}.json`, squad(numbers(train + test, 0), length, mayLack));
    file(`squad/dev-${version}.json`, squad(numbers(test, train + test), length, mayLack));
  }
  for (const [i, split] of ['dev', 'val', 'test'].entries()) {
    const option = (n: number, which: number) => textOf(5 * n + which, 3);
    const questions = rows(test, i * test, (n) => [
      textOf(n, half),
      ...[0, 1, 2, 3].map((o) => option(n, o)),
      'ABCD'[n % 4],
    ]);
    file(`mmlu/${split}/made_${split}.csv`, `${questions.map((cells) => cells.join(',')).join('\n')}\n`);
  }
  const alpaca = JSON.stringify(
    rows(train + 2 * test, 0, (i) => ({
      instruction: textOf(2 * i, half),
      input: '',
      output: textOf(2 * i + 1, half),
    })),
  );
  file('alpaca/alpaca_data.json', alpaca);
  file('alpaca/alpaca_en_demo.json', alpaca);
  file('alpaca/alpaca_data_cleaned.json', alpaca);
};
