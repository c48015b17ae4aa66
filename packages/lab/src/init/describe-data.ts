import { distinct, fingerprint, lengths, overlap, type Dataset, type Example } from '@lab/datasets';

/** What `lab init` tells of a person's data. */
export interface DataSummary {
  /** Usable rows of all splits together. */
  readonly rows: number;
  /** Classes of train, validation and test together; null for tasks without classes. */
  readonly classes: { readonly [name: string]: number } | null;
  /** Share of the most frequent class: what a constant answer scores; null without classes. */
  readonly constant: number | null;
  /** Of questions on contexts: different contexts, and questions without an answer; else null. */
  readonly questions: { readonly contexts: number; readonly unanswered: number } | null;
  /** Words of the inputs. */
  readonly words: { readonly median: number; readonly p95: number; readonly max: number };
  /** Rows whose input was there before, and how many of these contradict the first one's label. */
  readonly repeated: { readonly rows: number; readonly contradictions: number };
  readonly splits: { readonly train: number; readonly validation: number; readonly test: number };
  /** Test rows whose input also stands in train or validation. */
  readonly leaked: number;
  readonly notes: readonly string[];
}

const repeats = (examples: readonly Example[]): DataSummary['repeated'] => {
  const first = new Map(distinct(examples).map((example) => [fingerprint(example), example]));
  const again = examples.filter((example) => first.get(fingerprint(example)) !== example);
  const contradictions = again.filter((example) => first.get(fingerprint(example))?.label !== example.label);
  return { rows: again.length, contradictions: contradictions.length };
};

/** Counts, lengths, duplicates and overlap of a data set. */
export const summariseData = ({ task, splits, notes = [] }: Dataset): DataSummary => {
  const all = [...splits.train, ...splits.validation, ...splits.test];
  const classes =
    task.kind === 'classification'
      ? Object.fromEntries(task.classes.map((name, c) => [name, all.filter(({ label }) => label === c).length]))
      : null;
  const questions =
    task.kind === 'extractive-qa'
      ? {
          contexts: new Set(all.map(({ pair }) => pair)).size,
          unanswered: all.filter(({ references = [] }) => references.length === 0).length,
        }
      : null;
  const { median, p95, max } = lengths({ train: all, validation: [], test: [] }).train;
  return {
    rows: all.length,
    classes,
    constant: classes && Math.max(...Object.values(classes)) / all.length,
    questions,
    words: { median, p95, max },
    repeated: repeats(all),
    splits: { train: splits.train.length, validation: splits.validation.length, test: splits.test.length },
    leaked: overlap(splits)
      .filter(({ between }) => between[1] === 'test')
      .reduce((sum, { inputs }) => sum + inputs, 0),
    notes,
  };
};

/** Most classes that are listed. */
const mostListed = 12;

/** The summary for people, a line for each thing. */
export const summaryLines = (summary: DataSummary): readonly string[] => {
  const { rows, classes, constant, questions, words, repeated, splits, leaked, notes } = summary;
  const names = Object.entries(classes ?? {});
  const others = names.length - mostListed;
  const listed = names.slice(0, mostListed).map(([name, n]) => `${name} ${n}`);
  return [
    `rows       ${rows}`,
    ...(constant === null
      ? []
      : [
          `classes    ${listed.join(', ')}${others > 0 ? `, and ${others} more` : ''}` +
            ` (always the largest: ${(100 * constant).toFixed(1)} % right)`,
        ]),
    ...(questions === null
      ? []
      : [`questions  on ${questions.contexts} different contexts, ${questions.unanswered} without an answer`]),
    `length     median ${words.median} words, 95 % have at most ${words.p95}, longest ${words.max}`,
    `duplicates ${repeated.rows} rows repeat the text of another, ` +
      `${repeated.contradictions} of them with another label`,
    `splits     ${splits.train} train, ${splits.validation} validation, ${splits.test} test`,
    `overlap    ${leaked} test rows also stand in train or validation`,
    ...notes.map((note) => `note       ${note}`),
  ];
};
