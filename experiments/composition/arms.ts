import type { Arm, ConfigPatch, Stage } from '@lab/runner';
import { jointly, type TaskSequence } from '../sequences.ts';

const RANK = 8;
const lora: ConfigPatch = { name: 'lora', r: RANK, alpha: 2 * RANK };
const noTraining: ConfigPatch = { epochs: 0 };

/** How tables call the three data sets together. */
const DATA = 'sentiment';

/** The mean of the probabilities of all experts. */
export const ENSEMBLE = 'LoRA ensemble';

/** MoLE with one head for all, the mean of the experts'. */
export const MEAN_HEAD = 'MoLE, mean head';

/** How a stage is called that makes one of the experts. */
const MIXED = 'mixed';

/** A LoRA for each task, trained on it alone: the same runs for every way to make one of them. */
const experts = ({ tasks }: TaskSequence): readonly Stage[] =>
  tasks.map(({ name, dataset }) => ({ name, config: { dataset, adapter: lora } }));

/** A last stage that starts from all experts, and is tested on all tasks. */
const mixed = (sequence: TaskSequence, { from, ...more }: ConfigPatch & { readonly from: ConfigPatch }): Stage => ({
  name: MIXED,
  config: { ...jointly(sequence), ...more, from },
});

const mixture = (sequence: TaskSequence): ConfigPatch => ({
  name: 'mole',
  r: RANK,
  alpha: 2 * RANK,
  experts: sequence.tasks.length,
  gate_share: 1,
});

/** Ways to answer as one that need no training: merges, and the mean of all answers. */
const untrained: { readonly [method: string]: ConfigPatch } = {
  'mean of updates': { take: 'merged' },
  'mean of factors': { take: 'adapter' },
  'task arithmetic': { take: 'merged', combine: { name: 'arithmetic', scale: 0.4 } },
  TIES: { take: 'merged', combine: { name: 'ties', keep: 0.2, scale: 1 } },
  [ENSEMBLE]: { take: 'ensemble' },
};

export const alone = (task: string): string => `${task} alone`;
export const without = (task: string): string => `MoLE without ${task}`;
export const untrainedNames = Object.keys(untrained);

/**
 * The experts, made one in every way; each expert alone; and all tasks learnt together. `gates`:
 * epochs in which MoLE trains its gates, on the rows of all tasks. An expert that is left out of
 * the mixture takes its head along.
 */
export const compositionArms = (sequence: TaskSequence, gates: number): readonly Arm[] => {
  const names = sequence.tasks.map(({ name }) => name);
  const arm = (method: string, ...last: readonly Stage[]): Arm => ({
    labels: { dataset: DATA, method },
    config: {},
    stages: [...experts(sequence), ...last],
  });
  const runs = names.map((name) => ({ stage: name }));
  const tested = (from: ConfigPatch) => mixed(sequence, { adapter: lora, train: noTraining, from });
  const gated = (head: 'gated' | 'frozen') =>
    mixed(sequence, { adapter: mixture(sequence), train: { epochs: gates }, from: { runs, head } });
  return [
    ...names.map((name) => arm(alone(name), tested({ stage: name }))),
    ...Object.entries(untrained).map(([method, from]) => arm(method, tested({ runs, ...from }))),
    arm('MoLE', gated('gated')),
    arm(MEAN_HEAD, gated('frozen')),
    ...names.map((name, k) =>
      arm(without(name), gated('gated'), {
        name: 'masked',
        config: {
          ...jointly(sequence),
          adapter: { ...mixture(sequence), masked: [k] },
          train: noTraining,
          from: { stage: MIXED, head: 'gated' },
        },
      }),
    ),
    { labels: { dataset: DATA, method: 'joint' }, config: { adapter: lora, ...jointly(sequence) } },
  ];
};
