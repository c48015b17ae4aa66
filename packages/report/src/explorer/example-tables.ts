import { type ReportArm, cellsOf } from '../study/arms/arm.ts';
import { groupBy } from '../study/group.ts';
import { seedOf, taskOf } from '../study/run.ts';
import type { Cell, ExampleMaterial, Study } from '../study/study.ts';
import { answersOf, className, type RunAnswer } from './answers.ts';
import type { ExampleEntry, ExampleRow, ExampleTable, Together } from './data.ts';

/** Most examples of a data set that a page holds, and most characters of each. */
const mostExamples = 400;
const longestText = 600;

/** The answers of one run. */
interface Answers {
  readonly arm: number;
  readonly seed: number;
  readonly byId: ReadonlyMap<string, RunAnswer>;
}

const average = (values: readonly number[]): number | null =>
  values.length === 0 ? null : Number((values.reduce((a, b) => a + b, 0) / values.length).toFixed(3));

/** An arm's answer to an example as words: what most runs gave. */
interface MainAnswer {
  readonly word: string;
  readonly confidence: number | null;
  readonly right: number | null;
}

const mainAnswer = (given: readonly RunAnswer[]): MainAnswer | null => {
  const [most] = [...groupBy(given, ({ word }) => word)].toSorted(([, a], [, b]) => b.length - a.length);
  if (!most) return null;
  const [word, same] = most;
  return {
    word,
    confidence: average(same.flatMap(({ confidence }) => confidence ?? [])),
    right: average(given.flatMap(({ isRight }) => (isRight === null ? [] : [Number(isRight)]))),
  };
};

interface Example {
  readonly id: string;
  readonly truth: string;
  readonly answers: readonly (MainAnswer | null)[];
}

const examplesOf = (runs: readonly Answers[], arms: number): readonly Example[] => {
  const ids = new Set(runs.flatMap(({ byId }) => [...byId.keys()]));
  return [...ids].map((id) => {
    const given = runs.flatMap(({ arm, byId }) => {
      const answer = byId.get(id);
      return answer ? [{ arm, answer }] : [];
    });
    const answers = Array.from({ length: arms }, (_, a) =>
      mainAnswer(given.flatMap(({ arm, answer }) => (arm === a ? [answer] : []))),
    );
    return { id, truth: given[0]?.answer.truth ?? '', answers };
  });
};

/** Where the arms are furthest apart comes first, then what is hardest. */
const apartFirst = (examples: readonly Example[]): readonly Example[] =>
  examples
    .map((example) => {
      const rights = example.answers.flatMap((answer) => answer?.right ?? []);
      const spread = rights.length === 0 ? 0 : Math.max(...rights) - Math.min(...rights);
      return { example, spread, mean: average(rights) ?? 0 };
    })
    .toSorted((a, b) => b.spread - a.spread || a.mean - b.mean || (a.example.id < b.example.id ? -1 : 1))
    .map(({ example }) => example);

const clipped = (text: string | null): string | null =>
  text !== null && text.length > longestText ? `${text.slice(0, longestText)} …` : text;

/** Runs of two arms with one seed, counted example by example. */
const togetherOf = (runs: readonly Answers[], arms: number): { readonly [pair: string]: Together } => {
  const pairs = Array.from({ length: arms }, (_, a) =>
    Array.from({ length: arms - a - 1 }, (_unused, k) => [a, a + 1 + k] as const),
  ).flat();
  const seeds = [...groupBy(runs, ({ seed }) => seed).values()];
  const count = (a: number, b: number): Together => {
    const four: [number, number, number, number] = [0, 0, 0, 0];
    for (const same of seeds) {
      const [first, second] = [a, b].map((wanted) => same.find(({ arm }) => arm === wanted));
      for (const [id, one] of first?.byId ?? []) {
        const other = second?.byId.get(id);
        if (!other || one.isRight === null || other.isRight === null) continue;
        four[(one.isRight ? 0 : 2) + (other.isRight ? 0 : 1)]! += 1;
      }
    }
    return four;
  };
  return Object.fromEntries(pairs.map(([a, b]) => [`${a},${b}`, count(a, b)]));
};

/** Answers of one arm, by label (row) and predicted class (column). */
const confusionOf = (runs: readonly Answers[], arm: number, classes: readonly string[]): number[][] => {
  const counts = classes.map(() => classes.map(() => 0));
  const place = new Map(classes.map((word, i) => [word, i]));
  for (const run of runs) {
    if (run.arm !== arm) continue;
    for (const { truth, word } of run.byId.values()) {
      const [row, column] = [counts[place.get(truth) ?? -1], place.get(word) ?? -1];
      if (row?.[column] !== undefined) row[column] += 1;
    }
  }
  return counts;
};

const classesIn = (runs: readonly Answers[], material: ExampleMaterial | undefined): readonly string[] => {
  const all = runs.flatMap(({ byId }) => [...byId.values()]);
  if (all.length === 0 || all.some(({ confidence }) => confidence === null)) return [];
  if (material?.classes) return material.classes;
  return Array.from({ length: Math.max(...all.map(({ label }) => label)) + 1 }, (_, c) => className(c, material));
};

const tableOf = (
  task: string,
  cells: readonly Cell[],
  arms: readonly ReportArm[],
  material: ExampleMaterial | undefined,
): ExampleTable => {
  const runs = arms.flatMap((arm, a) =>
    cellsOf(cells, arm).map((cell): Answers => ({
      arm: a,
      seed: seedOf(cell),
      byId: new Map(answersOf(cell, arm, material).map((answer) => [answer.id, answer])),
    })),
  );
  const classes = classesIn(runs, material);
  const examples = examplesOf(runs, arms.length);
  const kept = apartFirst(examples).slice(0, mostExamples);
  const answered = kept.flatMap(({ answers }) => answers.flatMap((answer) => answer?.word ?? []));
  const words = [...new Set([...classes, ...answered])];
  const place = new Map(words.map((word, i) => [word, i]));
  const entryOf = (answer: MainAnswer | null): ExampleEntry | null =>
    answer && [place.get(answer.word) ?? 0, answer.confidence, answer.right];
  return {
    task,
    arms: arms.map(({ name }) => name),
    words,
    classes: classes.length,
    total: examples.length,
    rows: kept.map(({ id, truth, answers }): ExampleRow => ({
      id,
      text: clipped(material?.text(id) ?? null),
      label: truth,
      entries: answers.map(entryOf),
    })),
    together: togetherOf(runs, arms.length),
    confusion: classes.length === 0 ? [] : arms.map((_, a) => confusionOf(runs, a, classes)),
  };
};

/** The test examples of every data set of a study, as the arms answer them. */
export const exampleTables = ({ cells, material }: Study, arms: readonly ReportArm[]): readonly ExampleTable[] =>
  [...groupBy(cells, taskOf)]
    .map(([task, own]) => tableOf(task, own, arms, material?.[task]))
    .filter(({ rows }) => rows.length > 0);
