import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { home, resultRows, signed, type ResultRow } from './files.ts';

/** A committed study, and the page that says what it asks. */
const studies = [
  ['decisive/embedded-tuned', 'every method tuned; a look at six of its seeds'],
  ['compare/quick', 'five methods, IMDB sentences'],
  ['compare/glue', 'five methods, five GLUE tasks'],
  ['compare/glue-small-minilm', 'three methods, MiniLM, three GLUE tasks'],
  ['sensitivity/quick', 'rate p, samples N, members M'],
  ['ablation/quick', 'masks in training, at test, or both'],
  ['framework/quick', 'position, structure, compensation'],
  ['hiddenkey-nlg/quick', 'a decoder that writes'],
  ['heterolora/quick', 'which modules deserve the parameters'],
] as const;

/** Rows of a table that a study may lack. */
const rowsOf = (study: string, table: string): readonly ResultRow[] => {
  try {
    return resultRows(study, table);
  } catch {
    return [];
  }
};

/** How many claims got which verdict, the most telling first. */
const verdictText = (study: string): string => {
  const words = ['held', 'contradicted', 'equivalent', 'cannot tell'];
  const verdicts = rowsOf(study, 'verdicts').map(({ verdict = '' }) => words.find((word) => verdict.startsWith(word)));
  const counts = words.flatMap((word) => {
    const n = verdicts.filter((verdict) => verdict === word).length;
    return n === 0 ? [] : [`${n} ${word}`];
  });
  return counts.join(', ') || '-';
};

/** The method with the best validation score, and its difference to the baseline on the test. */
const bestText = (study: string): string => {
  const rows = rowsOf(study, 'ranking').filter(
    ({ validation }) => Number.isFinite(Number(validation)) && validation !== '',
  );
  const best = rows.toSorted((a, b) => Number(b.validation) - Number(a.validation))[0];
  if (!best) return '-';
  const points = (value: string | undefined): number => 100 * Number(value);
  if (!best['difference.mean']) return `${best.method ?? ''} itself`;
  const [low, high] = [points(best['difference.low']), points(best['difference.high'])];
  return `${best.method ?? ''} ${signed(points(best['difference.mean']), 2)} [${signed(low, 2)}, ${signed(high, 2)}]`;
};

/** The table of results of the README. */
export const resultsTable = (): string => {
  const rows = studies.map(([study, what]) => {
    const { seeds, runs } = JSON.parse(readFileSync(join(home, 'results', study, 'report.json'), 'utf8')) as {
      readonly seeds: number;
      readonly runs: number;
    };
    const page = `experiments/${study.replace(/\/.*/, '')}/README.md`;
    return `| [${study}](${page}) | ${what} | ${seeds} | ${runs} | ${bestText(study)} | ${verdictText(study)} |`;
  });
  return [
    '| study | what varies | seeds | runs | best on validation: points above plain LoRA on test, 95 % | ' +
      'claims of the papers |',
    '|---|---|--:|--:|---|---|',
    ...rows,
  ].join('\n');
};
