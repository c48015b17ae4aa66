/**
 * Do the report's intervals and tests keep their word? Simulated studies with a known truth: how
 * often 95 % intervals hold it, and how often tests at level .05 reject where there is nothing to
 * find. Writes the table between the marks in packages/report/README.md.
 *
 *   npx tsx scripts/studies/coverage.ts [studies, default 4000]
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fold, key, normal, uniform, type Key } from '@lab/random';
import {
  decidePeak,
  guardedMde,
  holm,
  type Interval,
  iqm,
  mcnemar,
  pairedTest,
  probabilityOfImprovement,
  seedExampleInterval,
  seedInterval,
  slopes,
  stratified,
  type VerdictStatus,
} from '@lab/report/internals';

const studies = Number(process.argv[2] ?? 4000);
const root = fold(key(0), 'coverage');

interface Line {
  readonly what: string;
  readonly setting: string;
  readonly rate: number;
  readonly studies: number;
  readonly wanted: string;
}

const share = (what: string, setting: string, wanted: string, hit: (k: Key) => boolean, count = studies): Line => {
  const stream = fold(fold(root, what), setting);
  let hits = 0;
  for (let i = 0; i < count; i++) if (hit(fold(stream, i))) hits += 1;
  const line = { what, setting, rate: hits / count, studies: count, wanted };
  console.log(`${what} | ${setting} | ${(100 * line.rate).toFixed(1)} %`);
  return line;
};

const holds = (i: Interval | { low: number; high: number } | null, truth: number): boolean =>
  i !== null && i.low <= truth && truth <= i.high;

const gauss = (k: Key, n: number): number[] => Array.from(normal(k, n));
/** Skewed differences with mean zero: an exponential less its mean. */
const skewed = (k: Key, n: number): number[] => Array.from(uniform(k, n), (u) => -Math.log(1 - u) - 1);
/** Differences of two accuracies on 700 test examples: multiples of 1/700, mean zero. */
const accuracies = (k: Key, n: number): number[] => gauss(k, n).map((z) => Math.round(z * 0.012 * 700) / 700);

/** Differences of four tasks that correlate, averaged by seed as tables do. */
const tasks = (k: Key, n: number, correlation: number): number[] => {
  const common = gauss(fold(k, 'common'), n);
  const own = [0, 1, 2, 3].map((t) => gauss(fold(k, t), n));
  return common.map(
    (z, i) =>
      Math.sqrt(correlation) * z + (Math.sqrt(1 - correlation) * own.reduce((sum, e) => sum + (e[i] ?? 0), 0)) / 4,
  );
};

const intervals = (): Line[] => {
  const seeds = (setting: string, wanted: string, draw: (k: Key) => number[]) =>
    share('interval over seeds', setting, wanted, (k) => holds(seedInterval(draw(k)), 0));
  return [
    ...[3, 5, 6, 8, 12, 24].map((n) => seeds(`n = ${n}, normal`, n < 6 ? '93-97' : '94-98', (k) => gauss(k, n))),
    seeds('n = 8, accuracies', '94-98', (k) => accuracies(k, 8)),
    ...[6, 8, 16, 32].map((n) => seeds(`n = ${n}, exponential`, 'stress', (k) => skewed(k, n))),
    ...[0.3, 0.8].map((r) => seeds(`n = 6, four tasks, correlation ${r}`, '94-98', (k) => tasks(k, 6, r))),
  ];
};

/** Seeds and examples crossed: difference = seed effect + example effect + noise. */
const crossed = (k: Key, seeds: number, examples: number, sd: { seed: number; example: number; noise: number }) => {
  const a = gauss(fold(k, 'seed'), seeds);
  const b = gauss(fold(k, 'example'), examples);
  return Array.from({ length: seeds }, (_, s) => {
    const e = normal(fold(fold(k, 'noise'), s), examples);
    return {
      id: b.map((_, i) => i),
      value: b.map((v, i) => sd.seed * a[s]! + sd.example * v + sd.noise * e[i]!),
    };
  });
};

const hierarchical = (): Line[] =>
  [
    { name: 'seeds and examples alike', sd: { seed: 0.02, example: 0.28, noise: 0.4 }, wanted: '93-97' },
    { name: 'seeds dominate', sd: { seed: 0.05, example: 0.1, noise: 0.3 }, wanted: '93-97' },
    { name: 'examples dominate', sd: { seed: 0.005, example: 0.4, noise: 0.3 }, wanted: '93-97' },
    { name: 'only noise', sd: { seed: 0, example: 0, noise: 0.4 }, wanted: '93-97' },
  ].map(({ name, sd, wanted }) =>
    share(
      'seeds x examples',
      `n = 8, 200 examples, ${name}`,
      wanted,
      (k) => holds(seedExampleInterval(crossed(k, 8, 200, sd), 200), 0),
      Math.min(studies, 2_000),
    ),
  );

const acrossTasks = (): Line[] => {
  const matrix = (k: Key, n: number, shift = 0): number[][] =>
    [0, 1, 2].map((t) => gauss(fold(k, t), n).map((z) => z + shift));
  const count = Math.min(studies, 2_000);
  return [8, 20].flatMap((n) => [
    share(
      'IQM, expanded percentile',
      `3 tasks, n = ${n}`,
      '93-97',
      (k) => {
        const e = stratified([matrix(k, n)], ([a]) => iqm(a!), fold(k, 'b'), 400);
        return holds(e, 0);
      },
      count,
    ),
    share(
      'P(improvement), expanded percentile',
      `3 tasks, n = ${n}`,
      '93-97',
      (k) => {
        const arms = [matrix(fold(k, 'x'), n), matrix(fold(k, 'y'), n)];
        const e = stratified(arms, ([a, b]) => probabilityOfImprovement(a!, b!), fold(k, 'b'), 400);
        return holds(e, 0.5);
      },
      count,
    ),
  ]);
};

const rejects = (p: number | null | undefined): boolean => p !== null && p !== undefined && p <= 0.05;

const test = (values: readonly number[]): boolean => rejects(pairedTest(values).p);
/** A shift that 80 % of studies of n normal differences find. */
const mde = (n: number): number => guardedMde(n) ?? 0;
const rows = (k: Key, heights: readonly number[]): number[][] =>
  Array.from({ length: 12 }, (_, s) => gauss(fold(k, s), heights.length).map((z, j) => z + (heights[j] ?? 0)));
const peak = (all: number[][]): VerdictStatus =>
  decidePeak({ tuning: all.slice(0, 4), confirmation: all.slice(4) }, { margin: null }).status;

const tests = (): Line[] => [
  ...[6, 8, 12].map((n) => share('paired test, null', `n = ${n}, normal`, 'at most 5', (k) => test(gauss(k, n)))),
  share('paired test, null', 'n = 8, ties (accuracies)', 'at most 5', (k) => test(accuracies(k, 8))),
  ...[6, 8, 16, 32].map((n) =>
    share('paired test, at the MDE', `n = ${n}`, '80', (k) => test(gauss(k, n).map((z) => z + mde(n)))),
  ),
  share('McNemar, null', '700 examples, 15 % discordant', 'at most 5', (k) => {
    const u = uniform(k, 700);
    let gained = 0;
    let lost = 0;
    for (const v of u) {
      if (v < 0.075) gained += 1;
      else if (v < 0.15) lost += 1;
    }
    return rejects(mcnemar(gained, lost).p);
  }),
  share('Holm over 5 paired tests, all null', 'n = 8', 'at most 5', (k) =>
    holm([0, 1, 2, 3, 4].map((i) => pairedTest(gauss(fold(k, i), 8)).p)).some(rejects),
  ),
  share('rising, null', 'n = 8, 4 settings', 'at most 5', (k) =>
    test(slopes([...Array(8).keys()].map((s) => gauss(fold(k, s), 4)))),
  ),
  share(
    'inverted U called held, flat',
    '4 + 8 seeds, 5 settings',
    'at most 2.5',
    (k) => peak(rows(k, [0, 0, 0, 0, 0])) === 'held',
  ),
  share(
    'inverted U called contradicted, flat',
    '4 + 8 seeds, 5 settings',
    'at most 2.5',
    (k) => peak(rows(k, [0, 0, 0, 0, 0])) === 'contradicted',
  ),
  share(
    'inverted U called held, only rising',
    '4 + 8 seeds, 5 settings',
    'at most 2.5',
    (k) => peak(rows(k, [0, 1.5, 3, 4.5, 4.5])) === 'held',
  ),
];

const lines = [...intervals(), ...hierarchical(), ...acrossTasks(), ...tests()];
const table = [
  '| what | setting | studies | measured, % | wanted, % |',
  '|---|---|---:|---:|---:|',
  ...lines.map((l) => `| ${l.what} | ${l.setting} | ${l.studies} | ${(100 * l.rate).toFixed(1)} | ${l.wanted} |`),
].join('\n');

const file = new URL('../../packages/report/README.md', import.meta.url);
const [open, close] = ['<!-- coverage -->', '<!-- /coverage -->'];
const text = readFileSync(file, 'utf8');
const [head, rest] = text.split(open) as [string, string];
const tail = rest.split(close)[1]!;
writeFileSync(file, `${head}${open}\n\n${table}\n\n${close}${tail}`);
console.log(`\nwritten to packages/report/README.md`);
