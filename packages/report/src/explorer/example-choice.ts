import type { ExampleRow, ExampleTable, Together } from './data.ts';

/** Ways in which two arms can meet an example. */
export const meetings = ['all', 'right together', 'wrong together', 'only A right', 'only B right', 'apart'] as const;

/** One of the ways. */
export type Meeting = (typeof meetings)[number];

/** Which examples are listed. */
export interface ExampleChoice {
  readonly meeting: Meeting;
  /** Places of the two arms. */
  readonly a: number;
  readonly b: number;
  readonly text: string;
}

const isRight = (row: ExampleRow, arm: number): boolean | null => {
  const share = row.entries[arm]?.[2];
  return share === null || share === undefined ? null : share >= 0.5;
};

/** An arm counts as right on an example where at least half of its runs are. */
const meets = (row: ExampleRow, { meeting, a, b }: ExampleChoice): boolean => {
  if (meeting === 'all') return true;
  const [one, other] = [isRight(row, a), isRight(row, b)];
  if (one === null || other === null) return false;
  switch (meeting) {
    case 'right together':
      return one && other;
    case 'wrong together':
      return !one && !other;
    case 'only A right':
      return one && !other;
    case 'only B right':
      return !one && other;
    case 'apart':
      return one !== other;
  }
};

/** The examples of a table that a choice asks for. */
export const chosenExamples = ({ rows, words }: ExampleTable, choice: ExampleChoice): readonly ExampleRow[] => {
  const wanted = choice.text.toLowerCase().split(/\s+/).filter(Boolean);
  const textOf = ({ id, text, label, entries }: ExampleRow): string =>
    [id, text ?? '', label, ...entries.map((entry) => words[entry?.[0] ?? -1] ?? '')].join(' ').toLowerCase();
  return rows.filter((row) => {
    if (!meets(row, choice)) return false;
    const text = wanted.length > 0 ? textOf(row) : '';
    return wanted.every((word) => text.includes(word));
  });
};

/** The four counts of two arms, in the order that they are asked for; null for one arm twice. */
export const togetherCounts = ({ together }: ExampleTable, a: number, b: number): Together | null => {
  const direct = together[`${a},${b}`];
  if (direct) return direct;
  const turned = together[`${b},${a}`];
  return turned ? [turned[0], turned[2], turned[1], turned[3]] : null;
};
