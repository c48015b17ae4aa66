import { heteroLora as heteroLoraPaper, type Arm, type ReportSpec } from '@lab/report';
import type { Experiment } from '@lab/runner';
import { embedded, quick, smoke } from '../embedded.ts';
import { armsWith, triples } from './arms.ts';

const title = 'HeteroLoRA: which modules deserve the parameters?';
const question =
  'At one budget of trainable parameters: do LoRA-adapted shortcuts help, and does a search among modules add to them?';
const [large, small] = triples.map(({ name }) => name) as [string, string];

const at = (budget: string, method: string, paper?: string): Arm => ({
  name: `${method}, ${budget}`,
  where: { part: 'budgets', budget, method },
  ...(paper ? { paper } : {}),
});
const rows = (budget: string, lora: string, shortcuts: string, r: number): readonly Arm[] => [
  at(budget, 'LoRA', lora),
  at(budget, 'LoRA + shortcuts', shortcuts),
  at(budget, 'HeteroLoRA combined', `HeteroLoRA-r${r}-25%-combined`),
  at(budget, 'HeteroLoRA separated', `HeteroLoRA-r${r}-25%-separated`),
  at(budget, 'random, dynamic'),
  at(budget, 'random, static'),
];
const inLarge = rows(large, 'LoRA-r24', 'LoRA+shortcuts-r8', 32);
const inSmall = rows(small, 'LoRA-r6', 'LoRA+shortcuts-r2', 8);

const logs = { const: 'CONST', 'grad-norm': 'GRAD-NORM', snip: 'SNIP', synflow: 'SYNFLOW', 'alpha-test': 'ALPHA' };
const proxy = (name: string, search: string): Arm => ({
  name: `${name}, ${search}`,
  where: { part: 'proxies', proxy: name, search },
  ...(search === 'dynamic' ? { paper: `dynamic LoRA-only r8 25% ${logs[name as keyof typeof logs]}` } : {}),
});
const proxies = (search: string): readonly Arm[] => Object.keys(logs).map((name) => proxy(name, search));
const uniform: Arm = { name: 'uniform, r = 2', where: { part: 'proxies', search: 'none' } };

export const heterolora: Experiment<ReportSpec> = {
  name: 'heterolora',
  title,
  question,
  scales: {
    smoke: {
      summary: 'a minute or two',
      base: smoke,
      arms: armsWith({ scoring_batches: 1, every: 0.5 }),
      seeds: [0],
    },
    quick: {
      summary: 'two budgets, five proxies, six seeds: about half an hour on two cores',
      base: quick,
      arms: armsWith({ scoring_batches: 4, every: 0.5 }),
      seeds: [0, 1, 2, 3, 4, 5],
    },
    embedded: {
      summary: 'the same with the paper’s .2 epochs between choices, eight seeds: hours on two cores',
      base: embedded,
      arms: armsWith({ scoring_batches: 8, every: 0.2 }),
      seeds: [0, 1, 2, 3, 4, 5, 6, 7],
    },
  },
  report: {
    name: 'heterolora',
    title,
    question,
    paper: 'HeteroLoRA (Zhang et al. 2024)',
    claims: [
      {
        id: 'search-above-lora',
        text: 'At the larger budget HeteroLoRA is above uniform LoRA',
        source: 'HeteroLoRA, abstract',
        test: { kind: 'better', arm: inLarge[2]!, than: [inLarge[0]!], metric: 'score' },
      },
      {
        id: 'search-above-shortcuts',
        text: 'The search adds to shortcuts without search',
        source: 'a control of ours',
        test: { kind: 'better', arm: inLarge[2]!, than: [inLarge[1]!], metric: 'score' },
      },
      {
        id: 'search-above-random',
        text: 'The search is above a random choice of modules, kept or drawn anew',
        source: 'a control of ours; the authors’ logs have it as CONST',
        test: { kind: 'better', arm: inLarge[2]!, than: [inLarge[4]!, inLarge[5]!], metric: 'score' },
      },
    ],
    tables: [
      {
        kind: 'compare',
        name: 'budgets',
        title: 'Large budget, against uniform LoRA',
        baseline: inLarge[0]!,
        arms: inLarge,
        metrics: ['score', 'nll'],
      },
      {
        kind: 'compare',
        name: 'budgets-small',
        title: 'Small budget, against uniform LoRA',
        baseline: inSmall[0]!,
        arms: inSmall,
        metrics: ['score', 'nll'],
      },
      heteroLoraPaper.mainTable([...inLarge, ...inSmall]),
      heteroLoraPaper.proxyTable([...proxies('static'), ...proxies('dynamic'), uniform]),
    ],
    figures: [
      {
        kind: 'bars',
        name: 'large-budget',
        title: 'Scores at the large budget',
        metric: 'score',
        baseline: inLarge[0]!,
        arms: inLarge,
      },
      {
        kind: 'allocation',
        name: 'allocations',
        title: 'Modules that are on, over training',
        arms: [inLarge[2]!, inLarge[3]!, inSmall[2]!, inLarge[4]!],
      },
      {
        kind: 'allocation',
        name: 'allocations-by-proxy',
        title: 'Modules that each proxy switches on',
        arms: proxies('dynamic'),
      },
    ],
  },
};
