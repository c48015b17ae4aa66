import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { BadInput, present } from '@lab/records';
import { readSafetensors, tf, writeSafetensors } from '@lab/engine';
import { describe, expect, it } from 'vitest';
import {
  adapters,
  adapterSize,
  forwardWith,
  peftFiles,
  noNoise,
  readPeft,
  readPeftFiles,
  type Adapter,
  type HostParams,
} from '../src/index.ts';
import { adapterOf, CASES, filesOf, inputs, storedOf } from './peft-cases.ts';
import { drawn, linears, tensors, tiny, trained, weights } from './tiny.ts';
import { floatsAt } from '../src/named.ts';

type Outputs = { readonly [path: string]: readonly number[] };
type Ours = { readonly sha256: string; readonly outputs: Outputs; readonly head: readonly number[] };
type Theirs = { readonly outputs: Outputs; readonly parameters: number };

/** By real PEFT: scripts/fixtures/training/adapters.py. */
const read = (name: string): Buffer => readFileSync(new URL(`fixtures/${name}`, import.meta.url));
const ours = JSON.parse(read('ours.json').toString()) as { readonly [name: string]: Ours };
const theirs = JSON.parse(read('theirs.json').toString()) as { readonly [name: string]: Theirs };

/** Our output of every map for the fixture's inputs, beside PEFT's. */
const compare = (adapter: Adapter, params: HostParams, expected: Outputs): void => {
  tf.tidy(() => {
    const forward = forwardWith(tiny, adapter, tensors(weights), tensors(params), noNoise);
    for (const spec of linears) {
      const x = tf.tensor([...inputs()[spec.path]!], [2, 1, spec.dIn]);
      const y = forward.linear(spec.path, x).dataSync();
      // Sums of some ten float32 terms; PEFT adds 1e-5 to AdaLoRA's rank of 4 where it divides by
      // it, a share of 2.5e-6.
      expected[spec.path]!.forEach((value, i) => {
        expect(Math.abs(present(y[i]) - value)).toBeLessThan(1e-5 * Math.max(1, Math.abs(value)));
      });
    }
  });
};

/** An adapter as PEFT saved it, and the weights it was made for. */
const theirFiles = (name: string) => ({
  config: read(`theirs/${name}.config.json`).toString(),
  tensors: read(`theirs/${name}.safetensors`),
  weights,
});

describe.each(Object.keys(CASES))('%s', (name) => {
  const adapter = adapterOf(name);

  it('files are those that PEFT loaded, and PEFT computes what we do', () => {
    const bytes = filesOf(name)['adapter_model.safetensors'] as Uint8Array;
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(present(ours[name]).sha256);
    compare(adapter, trained(adapter), present(ours[name]).outputs);
    expect(new Float32Array(present(ours[name]).head)).toEqual(drawn('head', [2, 6]).data);
  });

  it('files of PEFT give what PEFT computes', () => {
    const { params, saved } = readPeftFiles(tiny, theirFiles(name), 'theirs');
    compare(adapter, params, present(theirs[name]).outputs);
    const head = Object.values(saved).reduce((sum, { data }) => sum + data.length, 0);
    expect(adapterSize(adapter) + head).toBe(present(theirs[name]).parameters);
  });

  it('files have the keys and shapes of PEFT’s own', () => {
    const shapes = (bytes: Uint8Array) =>
      Object.entries(readSafetensors(bytes).tensors)
        .filter(([key]) => !key.includes('classifier'))
        .map(([key, { shape }]) => `${key} [${shape.join()}]`)
        .sort();
    expect(shapes(filesOf(name)['adapter_model.safetensors'] as Uint8Array)).toEqual(
      shapes(read(`theirs/${name}.safetensors`)),
    );
  });

  it('files read back are the parameters, and what does not fit is named', () => {
    const bytes = storedOf(name)['adapter_model.safetensors'] as Uint8Array;
    expect(readPeft(adapter, bytes, 'here')).toEqual(trained(adapter));
    const { rank_pattern: _rank, alpha_pattern: _alpha, ...plain } = CASES[name as 'patterns'];
    const other = adapters.build(adapters.parse({ ...plain, target_modules: ['attention.output'] }), tiny);
    expect(() => readPeft(other, bytes, 'file')).toThrow(BadInput);
    expect(() => readPeft(other, bytes, 'file')).toThrow(/^file: tensor .*attention\.output.* is missing$/);
    const rank = name === 'adalora' ? { init_r: 5 } : { r: 5 };
    const wider = adapters.build(adapters.parse({ ...CASES[name as 'lora'], ...rank }), tiny);
    expect(() => readPeft(wider, bytes, 'file')).toThrow(/lora_A.* has the shape \[\d, 4\]; expected \[5, 4\]/);
    expect(() => readPeft(adapter, bytes.slice(0, 50), 'file')).toThrow('file: the safetensors header is cut off');
  });
});

it('an adapter that PEFT does not have is not passed off as one of PEFT’s', () => {
  const options = adapters.parse({ name: 'houlsby', size: 3 });
  const adapter = adapters.build(options, tiny);
  const files = peftFiles(options, tiny, { adapter, params: trained(adapter) });
  const config = JSON.parse(files['adapter_config.json'] as string) as Record<string, unknown>;
  expect(config.peft_type).toBeUndefined();
  expect(config.lab_adapter).toEqual(options);
  expect(readPeft(adapter, files['adapter_model.safetensors'] as Uint8Array, 'here')).toEqual(trained(adapter));
});

describe('PEFT’s two files', () => {
  const files = theirFiles;
  const edited = (name: string, change: object) => ({
    ...files(name),
    config: JSON.stringify({ ...(JSON.parse(files(name).config) as object), ...change }),
  });

  it.each([...Object.keys(CASES), 'modules', 'pruned', 'regex', 'layers', 'excluded', 'listed'])(
    '%s: the config and the tensors give what PEFT computes',
    (name) => {
      const { adapter, params } = readPeftFiles(tiny, files(name), name);
      compare(adapter, params, present(theirs[name]).outputs);
    },
  );

  it('modules that are saved whole come back under the model’s names', () => {
    const { adapter, saved } = readPeftFiles(tiny, files('modules'), 'modules');
    expect(Object.entries(saved).map(([name, { shape }]) => [name, shape])).toEqual([
      ['classifier.bias', [2]],
      ['classifier.weight', [2, 6]],
    ]);
    // The key first in the file holds: rank 2 for ffn.output, not 5.
    expect(adapterSize(adapter)).toBe(3 * (4 + 4) + 2 * (5 + 6));
    expect(theirs.modules!.parameters).toBe(adapterSize(adapter) + 2 * 6 + 2);
  });

  it('of two names that a head may have, the one that is stored comes back', () => {
    const { saved } = readPeftFiles(tiny, files('listed'), 'listed');
    expect(Object.keys(saved)).toEqual(['classifier.bias', 'classifier.weight']);
  });

  it('an adapter attaches where PEFT attached it', () => {
    const paths = (name: string) =>
      readPeftFiles(tiny, files(name), name).adapter.targets.map(({ path }) => path.replace('layer.0.', ''));
    expect(paths('regex')).toEqual(['attention.query', 'ffn.intermediate']);
    // A word that is a whole name counts in whatever layer.
    expect(paths('layers')).toEqual(['attention.query', 'ffn.output', 'pooler']);
    expect(paths('excluded')).toEqual(['attention.query', 'attention.output']);
  });

  it('names without what stands before them in this model are found', () => {
    const { tensors } = readSafetensors(files('lora').tensors);
    const shorter = Object.entries(tensors).map(([key, array]) => [key.replace('.layer.0.', '.0.'), array] as const);
    const bytes = writeSafetensors({ tensors: Object.fromEntries(shorter), metadata: {} });
    const bare = readPeftFiles(tiny, { ...files('lora'), tensors: bytes }, 'bare');
    expect(bare.params).toEqual(readPeftFiles(tiny, files('lora'), 'lora').params);
  });

  it('a pruned AdaLoRA has its kept triplets in their places and zeros elsewhere', () => {
    const { params } = readPeftFiles(tiny, files('pruned'), 'pruned');
    const { rank_pattern } = JSON.parse(files('pruned').config) as { rank_pattern: Record<string, boolean[]> };
    const kept = Object.values(rank_pattern).flat();
    expect([kept.length, kept.filter(Boolean).length]).toEqual([8, 4]);
    for (const [name, keep] of Object.entries(rank_pattern)) {
      const values = floatsAt(params, name);
      expect(keep.map((_, k) => values[k] !== 0)).toEqual(keep);
    }
    const wrong = Object.fromEntries(
      Object.keys(rank_pattern).map((name) => [name, [true, false, false, false, false]]),
    );
    expect(() => readPeftFiles(tiny, edited('pruned', { rank_pattern: wrong }), 'f')).toThrow(
      /lora_A is \[\d, \d\]; rank_pattern keeps 1 ranks/,
    );
  });

  it('what has no counterpart here is refused with its key', () => {
    const refused = (name: string, change: object) => () => readPeftFiles(tiny, edited(name, change), 'f');
    expect(refused('lora', { use_qalora: true })).toThrow(/^f\/adapter_config.json: key "use_qalora" is set/);
    expect(refused('lora', { alora_invocation_tokens: [3] })).toThrow(/key "alora_invocation_tokens" is set/);
    expect(refused('lora', { field_of_next_year: 1 })).toThrow(/key "field_of_next_year" is set/);
    expect(refused('lora', { field_of_next_year: null })).not.toThrow();
    expect(refused('lora', { target_modules: '(' })).toThrow(/"\(" is no regular expression/);
    expect(refused('layers', { layers_to_transform: [1] })).toThrow(/query.* is neither the adapter's/);
    expect(refused('lora', { exclude_modules: '.*' })).toThrow(/leave no linear map/);
    expect(refused('lora', { init_lora_weights: 'pissa' })).toThrow(/key "init_lora_weights"/);
    expect(refused('lora', { bias: 'some' })).toThrow(/key "bias"/);
    expect(refused('dora', { bias: 'all' })).toThrow(/key "bias" is "all" beside "use_dora"/);
    expect(refused('lora', { peft_type: 'IA3' })).toThrow(/key "peft_type"/);
    expect(refused('modules', { modules_to_save: null })).toThrow(/classifier.* is neither the adapter's/);
    expect(refused('lora', { modules_to_save: ['head', 'score'] })).toThrow(/no tensor of head, score/);
    expect(refused('patterns', { rank_pattern: {} })).toThrow(/has the shape \[2, 5\]; expected \[3, 5\]/);
    expect(refused('patterns', { rank_pattern: { '(': 2 } })).toThrow(/rank_pattern: "\(" is no regular expression/);
  });

  it.each(['patterns', 'rslora-patterns'])('%s: our own files come back, the head with them', (name) => {
    const written = filesOf(name);
    const config = written['adapter_config.json'] as string;
    const tensors = written['adapter_model.safetensors'] as Uint8Array;
    const { adapter, params, saved } = readPeftFiles(tiny, { config, tensors }, 'ours');
    expect(params).toEqual(trained(adapterOf(name)));
    expect(saved['classifier.weight']).toEqual(drawn('head', [2, 6]));
    compare(adapter, params, present(ours[name]).outputs);
  });
});
