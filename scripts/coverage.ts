/**
 * Do the report's intervals and tests keep their word? Simulated studies with a known truth: how
 * often 95 % intervals hold it, and how often tests at level .05 reject where there is nothing to
 * find. Writes the table between the marks in packages/report/README.md.
 *
 *   npx tsx scripts/coverage.ts [studies, default 4000]
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fold, key, normal, uniform, type Key } from '@lab/random';
import {
  bootstrapInterval,
  detectableFactor,
  hierarchicalInterval,
  holm,
  hump,
  type Interval,
  iqm,
  mcnemar,
  probabilityOfImprovement,
  rising,
  signFlip,
  stratified,
  tInterval,
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

const intervals = (): Line[] => [
  ...[3, 5, 8].map((n) => share('t interval', `n = ${n}, normal`, '93-97', (k) => holds(tInterval(gauss(k, n)), 0))),
  ...[6, 8, 12].map((n) =>
    share('bootstrap', `1 task, n = ${n}, normal`, '93-97', (k) =>
      holds(bootstrapInterval([gauss(fold(k, 'x'), n)], fold(k, 'b'), 2_000), 0),
    ),
  ),
  share('bootstrap', '1 task, n = 8, accuracies', '93-97', (k) =>
    holds(bootstrapInterval([accuracies(fold(k, 'x'), 8)], fold(k, 'b'), 2_000), 0),
  ),
  share('bootstrap', '1 task, n = 8, exponential', 'stress', (k) =>
    holds(bootstrapInterval([skewed(fold(k, 'x'), 8)], fold(k, 'b'), 2_000), 0),
  ),
  ...[6, 8].map((n) =>
    share('bootstrap', `3 tasks of unequal spread, n = ${n}`, '93-97', (k) =>
      holds(
        bootstrapInterval(
          [1, 2, 3].map((s) => gauss(fold(k, s), n).map((z) => z * s)),
          fold(k, 'b'),
          2_000,
        ),
        0,
      ),
    ),
  ),
];

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
      'hierarchical bootstrap',
      `n = 8, 200 examples, ${name}`,
      wanted,
      (k) => holds(hierarchicalInterval(crossed(k, 8, 200, sd), 200, fold(k, 'b'), 1_000), 0),
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

const tests = (): Line[] => [
  ...[6, 8, 12].map((n) =>
    share('sign-flip, null', `n = ${n}, normal`, 'at most 5', (k) => rejects(signFlip(gauss(k, n)).p)),
  ),
  share('sign-flip, null', 'n = 8, ties (accuracies)', 'at most 5', (k) => rejects(signFlip(accuracies(k, 8)).p)),
  ...[6, 8].map((n) =>
    share('sign-flip, at the MDE', `n = ${n}`, '80', (k) =>
      rejects(signFlip(gauss(k, n).map((z) => z + detectableFactor(n)!)).p),
    ),
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
  share('Holm over 5 sign-flips, all null', 'n = 8', 'at most 5', (k) =>
    holm([0, 1, 2, 3, 4].map((i) => signFlip(gauss(fold(k, i), 8)).p)).some(rejects),
  ),
  share('rising, null', 'n = 8, 4 settings', 'at most 5', (k) =>
    rejects(rising([...Array(8).keys()].map((s) => gauss(fold(k, s), 4))).test.p),
  ),
  share('inverted U claimed, flat', 'n = 8, 5 settings', 'at most 5', (k) => {
    const h = hump([...Array(8).keys()].map((s) => gauss(fold(k, s), 5)));
    return h !== null && h.rise.effect > 0 && h.fall.effect > 0 && rejects(h.p);
  }),
  share('inverted U claimed, only rising', 'n = 8, 5 settings', 'at most 5', (k) => {
    const h = hump([...Array(8).keys()].map((s) => gauss(fold(k, s), 5).map((z, j) => z + Math.min(j, 3) * 1.5)));
    return h !== null && h.rise.effect > 0 && h.fall.effect > 0 && rejects(h.p);
  }),
];

const lines = [...intervals(), ...hierarchical(), ...acrossTasks(), ...tests()];
const table = [
  '| what | setting | studies | measured, % | wanted, % |',
  '|---|---|---:|---:|---:|',
  ...lines.map((l) => `| ${l.what} | ${l.setting} | ${l.studies} | ${(100 * l.rate).toFixed(1)} | ${l.wanted} |`),
].join('\n');

const file = new URL('../packages/report/README.md', import.meta.url);
const [open, close] = ['<!-- coverage -->', '<!-- /coverage -->'];
const text = readFileSync(file, 'utf8');
const [head, rest] = text.split(open) as [string, string];
const tail = rest.split(close)[1]!;
writeFileSync(file, `${head}${open}\n\n${table}\n\n${close}${tail}`);
console.log(`\nwritten to packages/report/README.md`);
