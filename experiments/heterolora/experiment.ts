import { heteroLora as heteroLoraPaper, type ReportArm, type ReportSpec } from '@lab/report';
import type { Experiment } from '@lab/runner';
import { embedded, quick, smoke } from '../embedded.ts';
import { searchAboveLora } from '../margins.ts';
import { armsWith, triples, type Triple } from './arms.ts';
import { optArms, optBase } from './opt.ts';

const title = 'HeteroLoRA: which modules deserve the parameters?';
const question =
  'At one budget of trainable parameters: do LoRA-adapted shortcuts help, and does a search among modules add to them?';
const { large, small } = triples;

const at = (budget: string, method: string, paper?: string): ReportArm => ({
  name: `${method}, ${budget}`,
  where: { part: 'budgets', budget, method },
  ...(paper ? { paper } : {}),
});
/** The arms of one budget, with the names that the paper's tables give them. */
const armsOf = ({ name: budget, searched }: Triple, paper: { readonly lora: string; readonly shortcuts: string }) => ({
  lora: at(budget, 'LoRA', paper.lora),
  shortcuts: at(budget, 'LoRA + shortcuts', paper.shortcuts),
  combined: at(budget, 'HeteroLoRA combined', `HeteroLoRA-r${searched}-25%-combined`),
  separated: at(budget, 'HeteroLoRA separated', `HeteroLoRA-r${searched}-25%-separated`),
  randomDynamic: at(budget, 'random, dynamic'),
  randomStatic: at(budget, 'random, static'),
});
const inLarge = armsOf(large, { lora: 'LoRA-r24', shortcuts: 'LoRA+shortcuts-r8' });
const inSmall = armsOf(small, { lora: 'LoRA-r6', shortcuts: 'LoRA+shortcuts-r2' });

/** Each proxy with its name in the authors' logs. */
const logs = { const: 'CONST', 'grad-norm': 'GRAD-NORM', snip: 'SNIP', synflow: 'SYNFLOW', 'alpha-test': 'ALPHA' };
const proxies = (search: string): readonly ReportArm[] =>
  Object.entries(logs).map(([proxy, log]) => ({
    name: `${proxy}, ${search}`,
    where: { part: 'proxies', proxy, search },
    ...(search === 'dynamic' ? { paper: `dynamic LoRA-only r8 25% ${log}` } : {}),
  }));
const uniform: ReportArm = { name: 'uniform, r = 2', where: { part: 'proxies', search: 'none' } };

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
    paper: {
      summary: 'the matched triples on OPT-350M, five tasks, the authors’ three seeds: --data-dir, --weights, a GPU',
      base: optBase,
      arms: optArms,
      seeds: [0, 13, 42],
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
        test: { kind: 'better', arm: inLarge.combined, than: [inLarge.lora], metric: 'score', margin: searchAboveLora },
      },
      {
        id: 'search-above-shortcuts',
        text: 'The search adds to shortcuts without search',
        source: 'a control of ours',
        test: {
          kind: 'better',
          arm: inLarge.combined,
          than: [inLarge.shortcuts],
          metric: 'score',
          margin: searchAboveLora,
        },
      },
      {
        id: 'search-above-random',
        text: 'The search is above a random choice of modules, kept or drawn anew',
        source: 'a control of ours; the authors’ logs have it as CONST',
        test: {
          kind: 'better',
          arm: inLarge.combined,
          than: [inLarge.randomDynamic, inLarge.randomStatic],
          metric: 'score',
          margin: searchAboveLora,
        },
      },
    ],
    tables: [
      {
        kind: 'compare',
        name: 'budgets',
        title: 'Large budget, against uniform LoRA',
        baseline: inLarge.lora,
        arms: Object.values(inLarge),
        metrics: ['score', 'nll'],
      },
      {
        kind: 'compare',
        name: 'budgets-small',
        title: 'Small budget, against uniform LoRA',
        baseline: inSmall.lora,
        arms: Object.values(inSmall),
        metrics: ['score', 'nll'],
      },
      heteroLoraPaper.mainTable([...Object.values(inLarge), ...Object.values(inSmall)]),
      heteroLoraPaper.triplesTable,
      heteroLoraPaper.proxyTable([...proxies('static'), ...proxies('dynamic'), uniform]),
    ],
    figures: [
      {
        kind: 'bars',
        name: 'large-budget',
        title: 'Scores at the large budget',
        metric: 'score',
        baseline: inLarge.lora,
        arms: Object.values(inLarge),
      },
      {
        kind: 'allocation',
        name: 'allocations',
        title: 'Modules that are on, over training',
        arms: [inLarge.combined, inLarge.separated, inSmall.combined, inLarge.randomDynamic],
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
