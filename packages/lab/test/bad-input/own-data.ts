import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { datasets } from '@lab/datasets';
import { key } from '@lab/random';
import { attemptInProcess, type BadCase } from './outcome.ts';

const rows = (labels: readonly unknown[]) => labels.map((label, i) => ({ text: `sentence ${i}`, label }));
const jsonl = (values: readonly unknown[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('');
const good = rows(Array.from({ length: 20 }, (_, i) => i % 2));
const csv = `text,label\n${good.map(({ text, label }) => `${text},${String(label)}\n`).join('')}`;

type Given = {
  readonly file: string;
  readonly content: string | Uint8Array;
  readonly options?: object;
  readonly names: readonly (string | RegExp)[];
};

/** A person's own tables by what is wrong with them. */
const TABLES: { readonly [what: string]: Given } = {
  'an empty csv': { file: 'a.csv', content: '', names: ['a.csv', 'empty'] },
  'white space': { file: 'a.csv', content: ' \n \n', names: ['a.csv'] },
  'a head alone': { file: 'a.csv', content: 'text,label\n', names: ['a.csv'] },
  'a head without the label': { file: 'a.csv', content: csv.replace('label', 'stars'), names: ['a.csv', '"label"'] },
  'a head without the text': { file: 'a.csv', content: csv.replace('text', 'body'), names: ['a.csv', '"text"'] },
  'one column twice': { file: 'a.csv', content: csv.replace('text,label', 'text,text'), names: ['a.csv'] },
  'a quote that does not end': { file: 'a.csv', content: `${csv}"open,1\n`, names: ['a.csv'] },
  'a row too short': { file: 'a.csv', content: `${csv}alone\n`, names: ['a.csv:22'] },
  'a row too long': { file: 'a.csv', content: `${csv}a,1,b\n`, names: ['a.csv:22'] },
  'a text left out': { file: 'a.csv', content: `${csv},1\n`, names: ['a.csv:22', '"text"'] },
  'bytes that are no UTF-8': { file: 'a.csv', content: Uint8Array.of(0xff, 0xfe, 0x41, 0x00), names: ['UTF-8'] },
  'a tsv that is a csv': { file: 'a.tsv', content: csv, names: ['a.tsv', /column "(text|label)"/] },
  'lines that are no JSON': { file: 'a.jsonl', content: `${jsonl(good)}{`, names: ['a.jsonl:21', 'JSON'] },
  'lines of numbers': { file: 'a.jsonl', content: '1\n2\n', names: ['a.jsonl:1'] },
  'lines of lists': { file: 'a.jsonl', content: '[1]\n[2]\n', names: ['a.jsonl:1'] },
  'a text that is a number': { file: 'a.jsonl', content: jsonl([...good, { text: 3, label: 1 }]), names: ['"text"'] },
  'a text that is null': { file: 'a.jsonl', content: jsonl([...good, { text: null, label: 1 }]), names: ['"text"'] },
  'a label that is a list': {
    file: 'a.jsonl',
    content: jsonl([...good, { text: 'a', label: [] }]),
    names: ['"label"'],
  },
  'one class alone': { file: 'a.jsonl', content: jsonl(rows(Array(20).fill(1))), names: ['class'] },
  'no parquet': { file: 'a.parquet', content: 'PAR2', names: ['a.parquet'] },
  'a cut parquet': { file: 'a.parquet', content: 'PAR1PAR1', names: ['a.parquet'] },
  'an empty parquet': { file: 'a.parquet', content: '', names: ['a.parquet'] },
  'an unknown ending': { file: 'a.xlsx', content: csv, names: ['a.xlsx', 'parquet'] },
  'a label outside the classes': {
    file: 'a.csv',
    content: csv,
    options: { classes: ['0', '2'] },
    names: ['"label"', '0, 2'],
  },
  'two classes of one name': { file: 'a.csv', content: csv, options: { classes: ['0', '1', '0'] }, names: ['classes'] },
  'one class': { file: 'a.csv', content: csv, options: { classes: ['0'] }, names: ['classes'] },
  'another digest': { file: 'a.csv', content: csv, options: { sha256: { train: '0'.repeat(64) } }, names: ['SHA-256'] },
  'a digest too short': { file: 'a.csv', content: csv, options: { sha256: { train: '00' } }, names: ['sha256', '64'] },
  'a target outside the range': {
    file: 'a.csv',
    content: csv,
    options: { task: 'regression', range: [0, 0.5] },
    names: ['"label"', '0.5'],
  },
  'a target that is a word': {
    file: 'a.csv',
    content: csv.replace(',0\n', ',zero\n'),
    options: { task: 'regression' },
    names: ['"label"', 'zero'],
  },
  'an unknown task': { file: 'a.csv', content: csv, options: { task: 'translation' }, names: ['task', 'regression'] },
  'an unknown format': { file: 'a.csv', content: csv, options: { format: 'xml' }, names: ['format', 'parquet'] },
  'an unknown column key': { file: 'a.csv', content: csv, options: { columns: { body: 'x' } }, names: ['body'] },
  'a pair that is not there': {
    file: 'a.csv',
    content: csv,
    options: { columns: { pair: 'second' } },
    names: ['"second"'],
  },
  'an unknown metric': { file: 'a.csv', content: csv, options: { metric: 'beauty' }, names: ['beauty', 'accuracy'] },
  'a validation larger than the data': {
    file: 'a.csv',
    content: csv,
    options: { validationSize: 500 },
    names: ['validation'],
  },
  'a test larger than the data': { file: 'a.csv', content: csv, options: { testSize: 500 }, names: ['test'] },
  'a test that is not there': { file: 'a.csv', content: csv, options: { test: 'b.csv' }, names: ['b.csv'] },
  'questions without context': {
    file: 'a.csv',
    content: csv,
    options: { task: 'extractive-qa' },
    names: [/pair|target/],
  },
  'texts without a target': { file: 'a.csv', content: csv, options: { task: 'text-to-text' }, names: ['"target"'] },
};

/** A person's own data, read in this process. */
export const ownDataCases = (folder: string): readonly BadCase[] => {
  const build = (options: object, dataDir: string) =>
    attemptInProcess(() =>
      datasets.build(datasets.parse({ name: 'file', ...options }), key(0), {
        dataDir,
        cacheDir: join(dataDir, 'cache'),
      }),
    );
  const tables = Object.entries(TABLES).map(([name, { file, content, options = {}, names }], i): BadCase => ({
    group: 'own data',
    name,
    names,
    attempt: () => {
      const own = join(folder, `data-${i}`);
      mkdirSync(own, { recursive: true });
      writeFileSync(join(own, file), content);
      return build({ train: file, ...options }, own);
    },
  }));
  const paths = ['nowhere.csv', '.', 'a'.repeat(300), 'a\u0000b.csv', ''].map((path): BadCase => ({
    group: 'own data',
    name: `the path ${JSON.stringify(path.slice(0, 20))}`,
    names: [/cannot (be )?read|train|format/],
    attempt: () => build({ train: path }, folder),
  }));
  return [...tables, ...paths];
};
