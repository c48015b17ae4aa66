import type { Arm, ConfigPatch } from '@lab/runner';
import { continualStages, jointly, type TaskSequence } from '../sequences.ts';

/** What a method changes: the same at every stage, or by the stage, counted from 0. */
interface ContinualMethod {
  readonly config?: ConfigPatch;
  readonly at?: (stage: number) => ConfigPatch;
}

const none = { name: 'none' };
const LORA_RANK = 8;

/** Ranks of SD-LoRA's directions: the same for every task, or falling (SD-LoRA-RR). */
const same = () => LORA_RANK;
const falling = (task: number) => Math.max(2, LORA_RANK - 2 * task);

const directions =
  (rankOf: (task: number) => number, more: ConfigPatch = {}) =>
  (stage: number): ConfigPatch => ({
    adapter: {
      name: 'sd-lora',
      ranks: Array.from({ length: stage + 1 }, (_, task) => rankOf(task)),
      alpha: 16,
      ...more,
    },
  });

/** Everything that is trained task by task. */
const methods: { readonly [name: string]: ContinualMethod } = {
  'sequential LoRA': {},
  'LoRA Dropout': { config: { dropout: { name: 'lora-dropout', p: 0.3, samples: 2 } } },
  HiddenKey: { config: { dropout: { name: 'hiddenkey', p: 0.1, lambda: 0.2 } } },
  CLoRA: { config: { dropout: { name: 'clora', k: 64 } } },
  'SD-LoRA': { at: directions(same) },
  'SD-LoRA-RR': { at: directions(falling) },
  'SD-LoRA-KD': { at: directions(same, { distil: 0.1 }) },
};

export const methodNames = [...Object.keys(methods), 'joint'];

/** Every method on every sequence, and all tasks learnt together. */
export const continualArms = (sequences: { readonly [name: string]: TaskSequence }): readonly Arm[] =>
  Object.entries(sequences).flatMap(([dataset, sequence]) => [
    ...Object.entries(methods).map(([method, { config = {}, at }]): Arm => ({
      labels: { dataset, method },
      config: { dropout: none, ...config },
      stages: continualStages(sequence, at),
    })),
    { labels: { dataset, method: 'joint' }, config: { dropout: none, ...jointly(sequence) } },
  ]);
