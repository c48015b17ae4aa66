/** What scripts/checks/peft-exports.ts trains and exports: tiny runs of transformers' families. */

/** Runs of one model: an arm for every adapter. */
export interface Kind {
  /** The model's name in a config, and its tiny checkpoint of transformers. */
  readonly model: string;
  readonly fixture: string;
  readonly task: 'classes' | 'span';
  readonly format: 'peft' | 'lora';
  readonly adapters: { readonly [name: string]: { readonly name: string } };
}

/** Adapters by name, each on maps of BERT. */
const maps = { target_modules: ['query', 'value', 'intermediate.dense'] };
const onBert = {
  lora: { name: 'lora', r: 3, ...maps },
  rslora: { name: 'lora', r: 3, rslora: true, ...maps },
  patterns: { name: 'lora', r: 3, rank_pattern: { query: 2 }, alpha_pattern: { value: 5 }, ...maps },
  'bias lora_only': { name: 'lora', r: 3, bias: 'lora_only', ...maps },
  'bias all': { name: 'lora', r: 3, bias: 'all', ...maps },
  modules_to_save: { name: 'lora', r: 3, modules_to_save: ['output.dense'], ...maps },
  dora: { name: 'dora', r: 3, ...maps },
  adalora: { name: 'adalora', init_r: 4, target_r: 2, ...maps },
};

/** Tiny checkpoints with a classification head, by the model that opens them. */
const families = {
  roberta: 'roberta-regression',
  distilbert: 'distilbert',
  'deberta-v2': 'deberta-v3',
  electra: 'electra-narrow',
  mpnet: 'mpnet',
  modernbert: 'modernbert',
  gpt2: 'gpt2-tied',
  opt: 'opt-tied',
  llama: 'llama-grouped',
  qwen2: 'qwen2',
  mistral: 'mistral',
  gemma2: 'gemma2',
};

const plain = { lora: { name: 'lora', r: 3 } };
const gated = { sora: { name: 'sora', r: 4, target_modules: ['query', 'output.dense'] } };
const slices = { 'lora on c_attn.q, c_attn.v': { name: 'lora', r: 3, target_modules: ['c_attn.q', 'c_attn.v'] } };

export const KINDS: readonly Kind[] = [
  { model: 'bert', fixture: 'bert-pooler', task: 'classes', format: 'peft', adapters: onBert },
  ...Object.entries(families).map(([model, fixture]): Kind => ({
    model,
    fixture,
    task: 'classes',
    format: 'peft',
    adapters: plain,
  })),
  { model: 'roberta', fixture: 'roberta-regression', task: 'classes', format: 'lora', adapters: gated },
  { model: 'gpt2', fixture: 'gpt2-tied', task: 'classes', format: 'lora', adapters: slices },
  { model: 'bert', fixture: 'bert-qa', task: 'span', format: 'peft', adapters: plain },
  { model: 'bert', fixture: 'bert-qa', task: 'span', format: 'lora', adapters: gated },
];
