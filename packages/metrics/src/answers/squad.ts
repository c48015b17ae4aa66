import { spaces } from '../text/tokens.ts';

/** A question with its accepted answers; none means that there is no answer. */
export interface SquadQuestion {
  readonly id: string;
  readonly references: readonly string[];
}

/** Scores of predicted answers, as shares in [0, 1]. The two groups are null when empty. */
export interface SquadScores {
  readonly exact: number | null;
  readonly f1: number | null;
  readonly total: number;
  readonly hasAnswer: { readonly exact: number | null; readonly f1: number | null; readonly total: number };
  readonly noAnswer: { readonly exact: number | null; readonly f1: number | null; readonly total: number };
}

/**
 * SQuAD's normalisation, in its order: lower case, no ASCII punctuation, no a, an, the, single
 * blanks.
 */
export const normaliseAnswer = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[!-/:-@[-`{-~]/g, '')
    .replace(/(?<![\p{L}\p{N}_])(a|an|the)(?![\p{L}\p{N}_])/gu, ' ')
    .split(/\s+/u)
    .filter((word) => word !== '')
    .join(' ');

/** F1 of the words of two normalised answers; when one is empty: 1 if both are. */
const wordF1 = (predicted: string, reference: string): number => {
  const given = spaces(predicted);
  const wanted = spaces(reference);
  if (given.length === 0 || wanted.length === 0) return given.length === wanted.length ? 1 : 0;
  const unmatched = new Map<string, number>();
  for (const word of wanted) unmatched.set(word, (unmatched.get(word) ?? 0) + 1);
  const common = given.filter((word) => {
    const count = unmatched.get(word) ?? 0;
    unmatched.set(word, count - 1);
    return count > 0;
  }).length;
  return common === 0 ? 0 : (2 * common) / (given.length + wanted.length);
};

/**
 * Exact match and F1 of one answer, the best over references. References that normalise to nothing
 * do not count; none left: no answer.
 */
export const answerScores = (
  predicted: string,
  references: readonly string[],
): { readonly exact: number; readonly f1: number } => {
  const usable = references.map(normaliseAnswer).filter((reference) => reference !== '');
  const wanted = usable.length > 0 ? usable : [''];
  const given = normaliseAnswer(predicted);
  return {
    exact: wanted.includes(given) ? 1 : 0,
    f1: Math.max(...wanted.map((reference) => wordF1(given, reference))),
  };
};

type Row = ReturnType<typeof answerScores>;

const average = (rows: readonly Row[]) => {
  const mean = (of: (row: Row) => number) =>
    rows.length === 0 ? null : rows.reduce((sum, row) => sum + of(row), 0) / rows.length;
  return { exact: mean((row) => row.exact), f1: mean((row) => row.f1), total: rows.length };
};

/**
 * Exact match and F1 (Rajpurkar et al. 2016, 2018), overall and for questions with and without an
 * answer. `predictions` maps id to text, '' for no answer; a question without a prediction counts
 * as answered with ''.
 */
export const squadScores = (
  predictions: ReadonlyMap<string, string>,
  questions: readonly SquadQuestion[],
): SquadScores => {
  const rows = questions.map(({ id, references }) => ({
    ...answerScores(predictions.get(id) ?? '', references),
    has: references.length > 0,
  }));
  return {
    ...average(rows),
    hasAnswer: average(rows.filter(({ has }) => has)),
    noAnswer: average(rows.filter(({ has }) => !has)),
  };
};

/**
 * The best share and the smallest no-answer probability above which questions are left unanswered.
 */
export interface Threshold {
  readonly score: number | null;
  readonly threshold: number;
}

/**
 * The no-answer threshold that gives the best exact match and the best F1, as the official SQuAD
 * 2.0 script searches it: questions are answered when their no-answer probability does not pass the
 * threshold. `noAnswer` maps id to that probability.
 */
export const bestThreshold = (
  predictions: ReadonlyMap<string, string>,
  noAnswer: ReadonlyMap<string, number>,
  questions: readonly SquadQuestion[],
): { readonly exact: Threshold; readonly f1: Threshold } => {
  const order = [...questions].sort((a, b) => (noAnswer.get(a.id) ?? 0) - (noAnswer.get(b.id) ?? 0));
  const search = (of: (row: Row) => number): Threshold => {
    let current = questions.filter(({ references }) => references.length === 0).length;
    let [best, threshold] = [current, 0];
    for (const { id, references } of order) {
      const predicted = predictions.get(id) ?? '';
      current += references.length > 0 ? of(answerScores(predicted, references)) : predicted === '' ? 0 : -1;
      if (current > best) [best, threshold] = [current, noAnswer.get(id) ?? 0];
    }
    return { score: questions.length === 0 ? null : best / questions.length, threshold };
  };
  return { exact: search((row) => row.exact), f1: search((row) => row.f1) };
};
