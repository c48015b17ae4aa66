import { loraDropout, type ReportArm, type ReportSpec } from '@lab/report';
import type { Arm, ConfigPatch, Experiment } from '@lab/runner';
import { onePoint } from '../margins.ts';
import { dropout } from '../recipes/table-rows.ts';

const title = 'LoRA Dropout in instruction tuning';
const question = 'Does LoRA Dropout keep or raise what a decoder knows when it learns to follow instructions?';

/**
 * The paper tunes LLaMA2-7B on the cleaned Alpaca rows and asks MMLU's questions without examples.
 * Nothing more of its setting is known: rank, targets, rate, epochs, batch and lengths are those of
 * the common public Alpaca recipes, a choice; options are scored by their letters.
 */
const paper = {
  dataset: { name: 'mmlu', choices: 'letter', shots: 0 },
  trainOn: { name: 'alpaca', variant: 'cleaned' },
  model: { name: 'llama2-7b', lm: true },
  adapter: { name: 'lora', r: 8, alpha: 16, target_modules: ['q_proj', 'v_proj'] },
  train: { epochs: 3, batchSize: 128, accumulate: 32, lr: 3e-4, warmupSteps: 100, maxTokens: 512 },
  members: 4,
} as const satisfies ConfigPatch;

/** SmolLM2-135M on the 1,000 Alpaca rows at hand, and 500 questions: a night on two cores. */
const real = {
  ...paper,
  dataset: { ...paper.dataset, maxTest: 500 },
  trainOn: { name: 'alpaca', variant: 'demo', validation: 50, test: 1 },
  model: { name: 'smollm2', lm: true },
  train: { epochs: 1, batchSize: 16, accumulate: 2, lr: 1e-3, warmupSteps: 5, maxTokens: 256 },
} as const satisfies ConfigPatch;

/**
 * `untuned` is one step at a rate that moves nothing: LoRA starts as the model itself, since B = 0.
 */
const arms: readonly Arm[] = [
  {
    labels: { method: 'untuned' },
    config: {
      dropout: { name: 'none' },
      trainOn: { subset: 1 },
      train: { epochs: 1, batchSize: 1, accumulate: 1, lr: 1e-12, warmupSteps: 0 },
    },
  },
  { labels: { method: 'LoRA' }, config: { dropout: { name: 'none' } } },
  { labels: { method: 'LoRA + Dropout' }, config: { dropout } },
];

const method = (name: string): ReportArm => ({ name, where: { method: name } });

export const loraDropoutInstruct: Experiment<ReportSpec> = {
  name: 'lora-dropout-instruct',
  title,
  question,
  scales: {
    real: {
      summary:
        'SmolLM2, 1,000 Alpaca rows, 500 MMLU questions, three seeds: --data-dir, --weights, a night on two cores',
      base: real,
      arms,
      seeds: [0, 1, 2],
    },
    paper: {
      summary: 'LLaMA2-7B, Alpaca-clean, MMLU without examples, three seeds: --data-dir, --weights, and GPUs',
      base: paper,
      arms,
      seeds: [0, 1, 2],
    },
  },
  report: {
    name: 'lora-dropout-instruct',
    title,
    question,
    paper: 'LoRA Dropout (Lin et al. 2024), Table 3',
    claims: [
      {
        id: 'dropout-above-lora',
        text: 'LoRA Dropout is above LoRA',
        source: 'LoRA Dropout, Table 3',
        test: {
          kind: 'better',
          arm: method('LoRA + Dropout'),
          than: [method('LoRA')],
          metric: 'accuracy',
          margin: onePoint,
        },
      },
      {
        id: 'lora-below-untuned',
        text: 'LoRA alone is below the untuned model',
        source: 'LoRA Dropout, Table 3',
        test: { kind: 'worse', arm: method('LoRA'), than: [method('untuned')], metric: 'accuracy', margin: onePoint },
      },
    ],
    tables: [
      {
        kind: 'compare',
        name: 'methods',
        title: 'MMLU after instruction tuning, against LoRA',
        arms: ['untuned', 'LoRA', 'LoRA + Dropout'].map(method),
        baseline: method('LoRA'),
        metrics: ['accuracy', 'nll', 'ece'],
      },
      loraDropout.loraDropoutTable3,
    ],
    figures: [],
  },
};
