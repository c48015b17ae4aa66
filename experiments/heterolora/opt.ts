import type { Arm, ConfigPatch } from '@lab/runner';
import { budgetArms, optTriples, proxyArms, type Triple } from './arms.ts';

/**
 * HeteroLoRA's runs on OPT-350M (Zhang et al. 2024), from the authors' configurations and logs:
 * AdamW, weight decay .01, constant rate without warm-up, batch 8, best epoch on the development
 * split, choices every .2 epochs. Lengths are choices.
 */
interface OptTask {
  readonly dataset: ConfigPatch & { readonly name: string };
  /** Training rows, of which a batch is 8. */
  readonly train: number;
  readonly epochs: number;
  /** Learning rates of LoRA alone and of what has shortcuts. */
  readonly lr: { readonly lora: number; readonly shortcuts: number };
  readonly maxTokens: number;
  readonly more?: ConfigPatch;
}

const dev = (name: string) => ({ name, protocol: 'dev-is-both' });

/** `score` on the last token, as OPT's classification class has it. */
const classified = { head: 'fine-tuning' } as const;

/** Texts are not written: the paper gives Alpaca's perplexity alone. */
const asText = { model: { name: 'opt-350m', lm: true }, generation: { maxNewTokens: 1 } } as const;

const optTasks: readonly OptTask[] = [
  { dataset: dev('mrpc'), train: 3_668, epochs: 20, lr: { lora: 2e-4, shortcuts: 2e-4 }, maxTokens: 128 },
  { dataset: dev('rte'), train: 2_490, epochs: 20, lr: { lora: 4e-4, shortcuts: 2e-4 }, maxTokens: 256 },
  { dataset: dev('sst2'), train: 67_349, epochs: 10, lr: { lora: 1e-4, shortcuts: 1e-4 }, maxTokens: 128 },
  // Ten epochs are from the runs of LoRA; those of the searches are not known.
  { dataset: { name: 'boolq' }, train: 9_427, epochs: 10, lr: { lora: 2e-4, shortcuts: 2e-4 }, maxTokens: 256 },
  {
    // The split is ours: 500 rows each for validation and test.
    dataset: { name: 'alpaca', variant: 'original' },
    train: 51_002,
    epochs: 20,
    lr: { lora: 1e-4, shortcuts: 1e-4 },
    maxTokens: 256,
    more: asText,
  },
];

const batchSize = 8;
const optMaps = { target_modules: ['q_proj', 'v_proj'] } as const;

export const optBase = {
  model: { name: 'opt-350m' },
  dropout: { name: 'none' },
  train: { batchSize, weightDecay: 0.01, warmup: 0, schedule: 'constant' },
  select: 'best-validation',
  members: 0,
} as const satisfies ConfigPatch;

/** Scoring batches: 32 at r = 8, 5 % of an epoch at r = 32. */
const scoring = ({ searched }: Triple, train: number): number =>
  searched === 32 ? Math.round(0.05 * Math.ceil(train / batchSize)) : 32;

const budgetsOn = ({ dataset, train, epochs, lr, maxTokens, more }: OptTask): readonly Arm[] =>
  Object.values<Triple>({ ...optTriples }).flatMap((triple) =>
    budgetArms(triple, {
      maps: optMaps,
      count: 'modules',
      how: { every: 0.2, scoring_batches: scoring(triple, train) },
    }).map(({ labels, config }) => ({
      labels: { dataset: dataset.name, ...labels },
      config: {
        ...(more ?? classified),
        ...config,
        dataset,
        train: { epochs, lr: labels.method === 'LoRA' ? lr.lora : lr.shortcuts, maxTokens },
      },
    })),
  );

/** The proxies on MRPC, at the rate of the searches among LoRA branches. */
const proxiesOn = (task: OptTask): readonly Arm[] =>
  proxyArms({ every: 0.2, scoring_batches: 32 }, optMaps).map(({ labels, config }) => ({
    labels: { dataset: task.dataset.name, ...labels },
    config: {
      ...classified,
      ...config,
      dataset: task.dataset,
      train: { epochs: task.epochs, lr: 3e-4, maxTokens: task.maxTokens },
    },
  }));

/** The matched triples on every task, and the proxies on MRPC. */
export const optArms: readonly Arm[] = [...optTasks.flatMap(budgetsOn), ...optTasks.slice(0, 1).flatMap(proxiesOn)];
