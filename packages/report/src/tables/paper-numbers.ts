import { readFileSync } from 'node:fs';

/** Rows of `paper-numbers.csv` to print beside ours. */
export interface PaperTable {
  readonly paper: string;
  readonly table: string;
  readonly model?: string;
  /** `named`: only what a row of ours names; absent: also the rows that only the paper has. */
  readonly rows?: 'named';
}

/** One number of a paper, in the paper's own unit (percent where it prints percent). */
export interface PaperNumber {
  readonly paper: string;
  readonly table: string;
  readonly model: string;
  readonly dataset: string;
  readonly metric: string;
  readonly method: string;
  readonly value: number;
  readonly sd: number | null;
  /** Where the number was seen: a key of `marks`. */
  readonly mark: string;
  /** As written, with its digits. */
  readonly text: string;
}

/** What each source mark means; printed under every table that uses it. */
export const marks: { readonly [mark: string]: { readonly sign: string; readonly meaning: string } } = {
  copy: { sign: 'a', meaning: 'read in a public text copy of the paper' },
  recalled: { sign: 'b', meaning: 'recalled from the paper; the row averages were recomputed and agree' },
  'recalled-unchecked': { sign: 'c', meaning: 'recalled from the paper; not checked' },
  logs: { sign: 'd', meaning: "computed from the authors' public training logs; the paper does not print it" },
  others: { sign: 'e', meaning: "another group's run of the method" },
  abstract: { sign: 'f', meaning: "stated in the paper's abstract" },
};

const read = (): readonly PaperNumber[] => {
  const [, ...lines] = readFileSync(new URL('./paper-numbers.csv', import.meta.url), 'utf8')
    .trim()
    .split('\n');
  return lines.map((line) => {
    const [paper = '', table = '', model = '', dataset = '', metric = '', method = '', ...last] = line.split(',');
    const [value = '', sd = '', mark = ''] = last;
    return {
      paper,
      table,
      model,
      dataset,
      metric,
      method,
      mark,
      value: Number(value),
      sd: sd === '' ? null : Number(sd),
      text: sd === '' ? value : `${value} ±${sd}`,
    };
  });
};

let numbers: readonly PaperNumber[] | null = null;

/** Numbers of one table of a paper, in the order of the file; empty where none is known. */
export const paperNumbers = (paper: string, table: string, model?: string): readonly PaperNumber[] => {
  numbers ??= read();
  return numbers.filter((n) => n.paper === paper && n.table === table && (model === undefined || n.model === model));
};
