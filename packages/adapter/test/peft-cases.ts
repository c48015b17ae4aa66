import { adapters, peftFiles, type Adapter } from '../src/index.ts';
import { drawn, linears, tiny, trained, weights } from './tiny.ts';

/** Adapters that PEFT knows, as options; all on the same two words of `target_modules`. */
export const CASES = {
  lora: { name: 'lora', r: 3, alpha: 5, target_modules: ['query', 'ffn.output'] },
  rslora: { name: 'lora', r: 3, alpha: 5, rslora: true, target_modules: ['query', 'ffn.output'] },
  adalora: { name: 'adalora', init_r: 4, target_r: 2, alpha: 5, target_modules: ['query', 'ffn.output'] },
  patterns: {
    name: 'lora',
    r: 3,
    alpha: 5,
    target_modules: ['query', 'ffn.output'],
    rank_pattern: { '\\w+\\.output': 2 },
    alpha_pattern: { 'layer.0.attention.query': 7, output: 11 },
  },
  'rslora-patterns': {
    name: 'lora',
    r: 3,
    alpha: 5,
    rslora: true,
    target_modules: ['query', 'ffn.output'],
    rank_pattern: { 'ffn.output': 4 },
    alpha_pattern: { output: 11 },
  },
  dora: { name: 'dora', r: 3, alpha: 5, target_modules: ['query', 'value', 'ffn.output'] },
  'dora-patterns': {
    name: 'dora',
    r: 3,
    alpha: 5,
    rslora: true,
    target_modules: ['query', 'ffn.output'],
    rank_pattern: { 'ffn.output': 4 },
    alpha_pattern: { output: 11 },
  },
  bias: { name: 'lora', r: 3, alpha: 5, target_modules: ['query', 'ffn.output'], bias: 'lora_only' },
  'bias-all': { name: 'lora', r: 2, alpha: 5, target_modules: ['query', 'ffn.output'], bias: 'all' },
  saved: {
    name: 'lora',
    r: 2,
    alpha: 5,
    target_modules: ['query', 'ffn.output'],
    modules_to_save: ['pooler', 'value'],
  },
  'dora-saved': { name: 'dora', r: 2, alpha: 5, target_modules: ['query', 'ffn.output'], modules_to_save: ['pooler'] },
} as const;

export const adapterOf = (name: string): Adapter =>
  adapters.build(adapters.parse(CASES[name as keyof typeof CASES]), tiny);

/** Our files of a case, its head included. */
export const filesOf = (name: string): { readonly [file: string]: string | Uint8Array } => {
  const adapter = adapterOf(name);
  const head = { 'classifier.weight': drawn('head', [2, 6]), 'classifier.bias': drawn('head bias', [2]) };
  const options = adapters.parse(CASES[name as keyof typeof CASES]);
  return peftFiles(options, tiny, { adapter, params: { ...trained(adapter), ...head }, weights });
};

/** Our files of a case as a run stores them, without the frozen weights at hand. */
export const storedOf = (name: string): { readonly [file: string]: string | Uint8Array } => {
  const adapter = adapterOf(name);
  const options = adapters.parse(CASES[name as keyof typeof CASES]);
  return peftFiles(options, tiny, { adapter, params: trained(adapter) });
};

/** Two input rows for every map, by path. */
export const inputs = (): { readonly [path: string]: readonly number[] } =>
  Object.fromEntries(linears.map(({ path, dIn }) => [path, [...drawn(`input ${path}`, [2, dIn]).data]]));
