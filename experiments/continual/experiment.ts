import type { Claim, ReportArm, ReportSpec } from '@lab/report';
import type { Experiment } from '@lab/runner';
import { embedded, quick, smoke } from '../embedded.ts';
import { onePointOfSequences } from '../margins.ts';
import { continualArms, methodNames } from './arms.ts';
import { embeddedSequences, glueSequence } from './sequences.ts';

const title = 'Tasks in sequence';
const question =
  'What is left of a task when an adapter has learnt the next ones, and do dropout methods keep more of it?';

const on = (method: string, dataset?: string): ReportArm => ({
  name: method,
  where: { method, ...(dataset ? { dataset } : {}) },
});

const sequential = on('sequential LoRA');
const names = ['supersense', 'sentiment', 'pairs'] as const;
const titles = {
  supersense: 'New classes with every task',
  sentiment: 'The same classes on new sites',
  pairs: 'A head for each task',
} as const;

const claims: readonly Claim[] = [
  {
    id: 'sd-lora-above-sequential',
    text: 'SD-LoRA ends above LoRA trained task after task, where classes grow',
    source: 'SD-LoRA (Wu et al. 2025), the main comparison',
    test: {
      kind: 'better',
      arm: on('SD-LoRA', 'supersense'),
      than: [on('sequential LoRA', 'supersense')],
      metric: 'last',
      margin: onePointOfSequences,
    },
  },
  {
    id: 'falling-ranks-cost-nothing',
    text: 'SD-LoRA gains nothing over its variant with falling ranks',
    source: 'SD-LoRA (Wu et al. 2025), SD-LoRA-RR',
    test: {
      kind: 'no-gain',
      arm: on('SD-LoRA', 'supersense'),
      than: on('SD-LoRA-RR', 'supersense'),
      metric: 'last',
      margin: onePointOfSequences,
    },
  },
  {
    id: 'clora-keeps-more',
    text: 'CLoRA forgets less than LoRA trained task after task',
    source: 'CLoRA (Lu et al. 2025), continued training',
    test: {
      kind: 'better',
      arm: on('CLoRA'),
      than: [sequential],
      metric: 'forgetting',
      margin: onePointOfSequences,
    },
  },
  ...['LoRA Dropout', 'HiddenKey'].map((method): Claim => ({
    id: `${method.toLowerCase().replace(' ', '-')}-keeps-more`,
    text: `${method} forgets less than LoRA trained task after task`,
    source: 'our question; no paper claims it',
    test: {
      kind: 'better',
      arm: on(method),
      than: [sequential],
      metric: 'forgetting',
      margin: onePointOfSequences,
    },
  })),
  {
    id: 'joint-is-the-ceiling',
    text: 'All tasks learnt together end above all tasks learnt one after the other',
    source: 'SD-LoRA (Wu et al. 2025) and every study of continual learning',
    test: { kind: 'better', arm: on('joint'), than: [sequential], metric: 'last', margin: onePointOfSequences },
  },
];

const metrics = ['last', 'average', 'learned', 'forgetting', 'backward'];
/** A shared head alone can be asked about a task to come, and a growing one be told the task. */
const more: { readonly [sequence: string]: readonly string[] } = { sentiment: ['forward'], supersense: ['told'] };

export const continualExperiment: Experiment<ReportSpec> = {
  name: 'continual',
  title,
  question,
  scales: {
    smoke: {
      summary: 'every method on every sequence, one seed: a few minutes',
      base: { ...smoke, train: { ...smoke.train, epochs: 1 } },
      arms: continualArms(embeddedSequences({ train: 16, validation: 8, maxTest: 20, glosses: [2, 1] })),
      seeds: [0],
    },
    quick: {
      summary: 'eight methods on three sequences, six seeds: about twenty minutes on two cores',
      base: { ...quick, train: { ...quick.train, epochs: 4, maxTokens: 24 }, members: 4 },
      arms: continualArms(embeddedSequences({ train: 120, validation: 20, maxTest: 200, glosses: [16, 4] })),
      seeds: [0, 1, 2, 3, 4, 5],
    },
    embedded: {
      summary: 'the same with ten epochs and twelve seeds: hours',
      base: embedded,
      arms: continualArms(embeddedSequences({ train: 200, validation: 50, maxTest: 400, glosses: [20, 6] })),
      seeds: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
    },
    glue: {
      summary: 'MRPC, RTE, QNLI from --data-dir, 128 examples a class, six seeds: an hour on two cores',
      base: { ...embedded, train: { ...embedded.train, epochs: 6, maxTokens: 40 }, members: 4 },
      arms: continualArms(glueSequence),
      seeds: [0, 1, 2, 3, 4, 5],
    },
  },
  report: {
    name: 'continual',
    title,
    question,
    paper: 'SD-LoRA (Wu et al. 2025) and CLoRA (Lu et al. 2025), with the dropout methods beside them',
    answer: {
      methods: methodNames.map((method) => ({ name: method, arms: [on(method)] })),
      baseline: sequential.name,
      metric: 'last',
    },
    claims,
    tables: names.map((dataset) => ({
      kind: 'compare',
      name: `on-${dataset}`,
      title: titles[dataset],
      baseline: on('sequential LoRA', dataset),
      arms: methodNames.filter((method) => method !== 'sequential LoRA').map((method) => on(method, dataset)),
      metrics: [...metrics, ...(more[dataset] ?? [])],
    })),
    figures: [
      ...names.map(
        (dataset) =>
          ({
            kind: 'matrix',
            name: `matrix-${dataset}`,
            title: titles[dataset],
            arms: methodNames.map((method) => on(method, dataset)),
            columns: dataset === 'pairs' ? 3 : 2,
          }) as const,
      ),
      ...(['last', 'forgetting'] as const).map(
        (metric) =>
          ({
            kind: 'forest',
            name: `against-sequential-${metric}`,
            title: metric === 'last' ? 'Accuracy at the end' : 'Forgetting',
            baseline: sequential,
            arms: methodNames.filter((method) => method !== 'sequential LoRA').map((method) => on(method)),
            metric,
          }) as const,
      ),
    ],
  },
};
