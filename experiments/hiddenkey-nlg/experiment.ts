import type { ReportArm as Series, ReportSpec } from '@lab/report';
import type { Arm, Experiment, ConfigPatch } from '@lab/runner';
import { bleuAboveLora, bleuOfKl, bleuOfMinus, lossMargin } from '../margins.ts';

const title = 'HiddenKey for a decoder that writes';
const question = 'Does HiddenKey help a decoder under LoRA write better texts, and which of its parts?';
const metrics = ['bleu', 'nist', 'meteor', 'rouge-l', 'cider'] as const;

/** For decoders the paper drops in the latter half of the layers. */
const layers = 'latter-half';
const methods = {
  LoRA: { name: 'none' },
  HiddenCut: { name: 'hiddencut', structure: 'element', layers },
  DropKey: { name: 'dropkey', structure: 'column', layers },
  'HiddenKey-minus': { name: 'hiddenkey-minus', layers },
  HiddenKey: { name: 'hiddenkey', layers },
} as const satisfies { readonly [paper: string]: ConfigPatch };
const arms: readonly Arm[] = Object.entries(methods).map(([method, dropout]) => ({
  labels: { method },
  config: { dropout: method === 'LoRA' ? dropout : { ...dropout, p: 0.1 } },
}));

/**
 * The paper's settings for GPT2-Medium where they carry over: alpha = 32, label smoothing .1,
 * length penalty .9, 4-grams once. Its r = 4 on c_attn alone does not overfit a model this small,
 * so there would be nothing to regularise: here r = 16 on every linear map does.
 */
const base = {
  dataset: { name: 'gloss', train: 400, validation: 60, maxTest: 200 },
  model: { name: 'embedded-gpt' },
  adapter: { name: 'lora', r: 16, alpha: 32, target_modules: 'all-linear' },
  dropout: { name: 'none' },
  train: { epochs: 6, batchSize: 8, lr: 2e-3, maxTokens: 96, labelSmoothing: 0.1 },
  generation: { numBeams: 4, maxNewTokens: 24, lengthPenalty: 0.9, noRepeatNgram: 4 },
  members: 0,
} as const satisfies ConfigPatch;

const smoke = {
  ...base,
  dataset: { name: 'gloss', train: 8, validation: 4, maxTest: 4 },
  train: { ...base.train, epochs: 1, batchSize: 4, maxTokens: 48 },
  generation: { ...base.generation, numBeams: 2, maxNewTokens: 6 },
} as const satisfies ConfigPatch;

const paper = {
  ...base,
  dataset: { name: 'e2e' },
  model: { name: 'gpt2-medium', lm: true },
  adapter: { name: 'lora', r: 4, alpha: 32, target_modules: ['attn.c_attn'] },
  train: { epochs: 5, batchSize: 8, lr: 2e-4, weightDecay: 0.01, maxTokens: 256, labelSmoothing: 0.1 },
  generation: { numBeams: 10, maxNewTokens: 64, lengthPenalty: 0.9, noRepeatNgram: 4 },
} as const satisfies ConfigPatch;

const series = (method: keyof typeof methods): Series => ({ name: method, where: { method }, paper: method });
const lora = series('LoRA');
const hiddenCut = series('HiddenCut');
const dropKey = series('DropKey');
const minus = series('HiddenKey-minus');
const full = series('HiddenKey');
const all = [lora, hiddenCut, dropKey, minus, full];

export const hiddenKeyNlg: Experiment<ReportSpec> = {
  name: 'hiddenkey-nlg',
  title,
  question,
  scales: {
    smoke: { summary: 'seconds', base: smoke, arms, seeds: [0] },
    quick: {
      summary: 'five methods, six seeds, 400 definitions to learn from: a quarter of an hour on two cores',
      base,
      arms,
      seeds: [0, 1, 2, 3, 4, 5],
    },
    paper: {
      summary: 'E2E and GPT2-Medium, three seeds: needs --data-dir, --weights or --download, and a GPU',
      base: paper,
      arms,
      seeds: [0, 1, 2],
    },
  },
  report: {
    name: 'hiddenkey-nlg',
    title,
    question,
    paper: 'HiddenKey (Wang et al. 2024), Table 2',
    claims: [
      {
        id: 'hiddenkey-above-lora',
        text: 'HiddenKey is above plain LoRA',
        source: 'HiddenKey, Table 2',
        test: { kind: 'better', arm: full, than: [lora], metric: 'bleu', margin: bleuAboveLora },
      },
      {
        id: 'minus-above-parts',
        text: 'HiddenKey-minus is above HiddenCut and DropKey alone',
        source: 'HiddenKey, Table 2',
        test: { kind: 'better', arm: minus, than: [hiddenCut, dropKey], metric: 'bleu', margin: bleuOfMinus },
      },
      {
        id: 'kl-helps',
        text: 'The KL term helps: HiddenKey is above HiddenKey-minus',
        source: 'HiddenKey, Table 2',
        test: { kind: 'better', arm: full, than: [minus], metric: 'bleu', margin: bleuOfKl },
      },
      {
        id: 'hiddenkey-above-lora-by-loss',
        text: 'By the loss of the references HiddenKey is below plain LoRA',
        source: 'a reading of ours: the paper gives no loss',
        test: { kind: 'better', arm: full, than: [lora], metric: 'nll', margin: lossMargin },
      },
      {
        id: 'minus-above-parts-by-loss',
        text: 'By the loss of the references HiddenKey-minus is below HiddenCut and DropKey alone',
        source: 'a reading of ours: the paper gives no loss',
        test: { kind: 'better', arm: minus, than: [hiddenCut, dropKey], metric: 'nll', margin: lossMargin },
      },
      {
        id: 'kl-helps-by-loss',
        text: 'By the loss of the references the KL term helps',
        source: 'a reading of ours: the paper gives no loss',
        test: { kind: 'better', arm: full, than: [minus], metric: 'nll', margin: lossMargin },
      },
    ],
    tables: [
      {
        kind: 'compare',
        name: 'differences',
        title: 'Paired differences to plain LoRA',
        arms: all,
        baseline: lora,
        metrics: ['nll', 'rouge-l', 'cider'],
      },
      {
        kind: 'grid',
        name: 'table-2',
        title: 'Texts written, and the loss of the references',
        arms: all,
        metrics: [...metrics, 'nll'],
        costs: ['train-seconds'],
        paper: { paper: 'HiddenKey', table: 'T2', model: 'gpt2-medium' },
        differs: 'at the quick scale the data are WordNet definitions with one reference each, not E2E',
      },
    ],
    figures: [
      { kind: 'progress', name: 'training', title: 'Training and validation', arms: all, metrics: ['loss', 'nll'] },
      { kind: 'bars', name: 'nll', title: 'Loss of the references', arms: all, metric: 'nll', baseline: lora },
    ],
  },
};
