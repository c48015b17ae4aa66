import type { Claim, ReportArm, ReportSpec } from '@lab/report';
import type { Experiment } from '@lab/runner';
import { embedded, quick, smoke } from '../embedded.ts';
import { onePointOfSequences } from '../margins.ts';
import { continualArms, methodNames } from './arms.ts';
import { embeddedSequences, glueSequences } from './sequences.ts';

const title = 'Tasks in sequence';
const question =
  'What is left of a task when an adapter has learnt the next ones, and do dropout methods keep more of it?';

const on = (method: string, dataset?: string): ReportArm => ({
  name: method,
  where: { method, ...(dataset ? { dataset } : {}) },
});

const sequential = on('sequential LoRA');
/** A sequence in a report. */
interface Shown {
  readonly name: string;
  readonly title: string;
  /** Scores that other sequences do not have. */
  readonly more?: readonly string[];
  /** Matrices beside each other. */
  readonly columns: number;
}

/** A shared head alone can be asked about a task to come, and a growing one be told the task. */
const onNpm: readonly Shown[] = [
  { name: 'supersense', title: 'New classes with every task', more: ['told'], columns: 2 },
  { name: 'sentiment', title: 'The same classes on new sites', more: ['forward'], columns: 2 },
  { name: 'pairs', title: 'A head for each task', columns: 3 },
];

const onGlue: readonly Shown[] = [
  { name: 'glue-pairs', title: 'MRPC, then RTE', columns: 3 },
  { name: 'glue-sentences', title: 'CoLA, then SST-2', columns: 3 },
];

/** `main`: the sequence that the claims of SD-LoRA are about; absent: all. */
const claimsOn = (main?: string): readonly Claim[] => [
  {
    id: 'sd-lora-above-sequential',
    text: `SD-LoRA ends above LoRA trained task after task${main ? ', where classes grow' : ''}`,
    source: 'SD-LoRA (Wu et al. 2025), the main comparison',
    test: {
      kind: 'better',
      arm: on('SD-LoRA', main),
      than: [on('sequential LoRA', main)],
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
      arm: on('SD-LoRA', main),
      than: on('SD-LoRA-RR', main),
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

const reportOf = (name: string, shown: readonly Shown[], claims: readonly Claim[]): ReportSpec => ({
  name,
  title,
  question,
  paper: 'SD-LoRA (Wu et al. 2025) and CLoRA (Lu et al. 2025), with the dropout methods beside them',
  answer: {
    methods: methodNames.map((method) => ({ name: method, arms: [on(method)] })),
    baseline: sequential.name,
    metric: 'last',
  },
  claims,
  tables: shown.map(({ name: dataset, title: heading, more = [] }) => ({
    kind: 'compare',
    name: `on-${dataset}`,
    title: heading,
    baseline: on('sequential LoRA', dataset),
    arms: methodNames.map((method) => on(method, dataset)),
    metrics: [...metrics, ...more],
  })),
  figures: [
    ...shown.map(
      ({ name: dataset, title: heading, columns }) =>
        ({
          kind: 'matrix',
          name: `matrix-${dataset}`,
          title: heading,
          arms: methodNames.map((method) => on(method, dataset)),
          columns,
        }) as const,
    ),
    ...(['last', 'forgetting'] as const).map(
      (metric) =>
        ({
          kind: 'forest',
          name: `against-sequential-${metric}`,
          title: metric === 'last' ? 'Accuracy at the end' : 'Forgetting',
          baseline: sequential,
          arms: methodNames.filter((method) => method !== sequential.name).map((method) => on(method)),
          metric,
        }) as const,
    ),
  ],
});

const seeds = [0, 1, 2, 3, 4, 5];

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
      seeds,
    },
    embedded: {
      summary: 'the same with ten epochs and twelve seeds: hours',
      base: embedded,
      arms: continualArms(embeddedSequences({ train: 200, validation: 50, maxTest: 400, glosses: [20, 6] })),
      seeds: [...seeds, 6, 7, 8, 9, 10, 11],
    },
  },
  report: reportOf('continual', onNpm, claimsOn('supersense')),
};

/** The same methods on GLUE's official files, given by --data-dir. */
export const continualGlue: Experiment<ReportSpec> = {
  name: 'continual-glue',
  title: `${title}, GLUE`,
  question,
  scales: {
    smoke: {
      summary: '8 examples a class from --data-dir, one seed: a few minutes',
      base: { ...smoke, train: { ...smoke.train, epochs: 1 } },
      arms: continualArms(glueSequences({ subset: 8, validation: 8, maxTest: 20 })),
      seeds: [0],
    },
    quick: {
      summary: 'MRPC to RTE and CoLA to SST-2 from --data-dir, 128 examples a class, six seeds: an hour on two cores',
      base: { ...quick, train: { ...quick.train, epochs: 4, maxTokens: 40 }, members: 4 },
      arms: continualArms(glueSequences({ subset: 128, validation: 100, maxTest: 300 })),
      seeds,
    },
  },
  report: reportOf('continual-glue', onGlue, claimsOn()),
};
