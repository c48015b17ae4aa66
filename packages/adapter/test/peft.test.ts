import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { BadInput } from '@lab/records';
import { readSafetensors, tf } from '@lab/tensor';
import { describe, expect, it } from 'vitest';
import { adapters, adapterSize, peftFiles, quiet, readPeft, type Adapter, type HostParams } from '../src/index.ts';
import { adapterOf, CASES, filesOf, inputs } from './peft-cases.ts';
import { drawn, linears, tensors, tiny, trained, weights } from './tiny.ts';

type Outputs = { readonly [path: string]: readonly number[] };
type Ours = { readonly sha256: string; readonly outputs: Outputs; readonly head: readonly number[] };
type Theirs = { readonly outputs: Outputs; readonly parameters: number };

/** By real PEFT: scripts/fixtures/adapters.py. */
const read = (name: string): Buffer => readFileSync(new URL(`fixtures/${name}`, import.meta.url));
const ours = JSON.parse(read('ours.json').toString()) as { readonly [name: string]: Ours };
const theirs = JSON.parse(read('theirs.json').toString()) as { readonly [name: string]: Theirs };

/** Our output of every map for the fixture's inputs, beside PEFT's. */
const compare = (adapter: Adapter, params: HostParams, expected: Outputs): void => {
  const adapted = new Set(adapter.targets.map(({ path }) => path));
  tf.tidy(() => {
    const named = tensors(params);
    const frozen = tensors(weights);
    for (const spec of linears.filter(({ path }) => adapted.has(path))) {
      const x = tf.tensor([...inputs()[spec.path]!], [2, 1, spec.dIn]);
      const b = frozen[`${spec.path}.bias`] as tf.Tensor1D | undefined;
      const base = { W: frozen[`${spec.path}.weight`] as tf.Tensor2D, ...(b ? { b } : {}) };
      const y = adapter.linear(spec, x, base, named, quiet).dataSync();
      // Sums of some ten float32 terms; PEFT adds 1e-5 to AdaLoRA's rank of 4 where it divides by it, a share of 2.5e-6.
      expected[spec.path]!.forEach((value, i) => {
        expect(Math.abs(y[i]! - value)).toBeLessThan(1e-5 * Math.max(1, Math.abs(value)));
      });
    }
  });
};

describe.each(Object.keys(CASES))('%s', (name) => {
  const adapter = adapterOf(name);

  it('files are those that PEFT loaded, and PEFT computes what we do', () => {
    const bytes = filesOf(name)['adapter_model.safetensors'] as Uint8Array;
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(ours[name]!.sha256);
    compare(adapter, trained(adapter), ours[name]!.outputs);
    expect(new Float32Array(ours[name]!.head)).toEqual(drawn('head', [2, 6]).data);
  });

  it('files of PEFT give what PEFT computes', () => {
    const bytes = read(`theirs/${name}.safetensors`);
    compare(adapter, readPeft(adapter, bytes, 'theirs'), theirs[name]!.outputs);
    expect(adapterSize(adapter)).toBe(theirs[name]!.parameters);
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
    const bytes = filesOf(name)['adapter_model.safetensors'] as Uint8Array;
    expect(readPeft(adapter, bytes, 'here')).toEqual(trained(adapter));
    const other = adapters.build(adapters.parse({ ...CASES[name as 'lora'], target_modules: ['value'] }), tiny);
    expect(() => readPeft(other, bytes, 'file')).toThrow(BadInput);
    expect(() => readPeft(other, bytes, 'file')).toThrow(/^file: tensor .*value.* is missing$/);
    const rank = name === 'adalora' ? { init_r: 5 } : { r: 5 };
    const wider = adapters.build(adapters.parse({ ...CASES[name as 'lora'], ...rank }), tiny);
    expect(() => readPeft(wider, bytes, 'file')).toThrow(/lora_A.* is float32 \[\d, 4\]; expected float32 \[5, 4\]/);
    expect(() => readPeft(adapter, bytes.slice(0, 50), 'file')).toThrow('file: the safetensors header is cut off');
  });
});

it('an adapter that PEFT does not have is not passed off as one of PEFT’s', () => {
  const options = adapters.parse({ name: 'houlsby', size: 3 });
  const adapter = adapters.build(options, tiny);
  const files = peftFiles(options, tiny, adapter, trained(adapter));
  const config = JSON.parse(files['adapter_config.json'] as string) as Record<string, unknown>;
  expect(config.peft_type).toBeUndefined();
  expect(config.lab_adapter).toEqual(options);
  expect(readPeft(adapter, files['adapter_model.safetensors'] as Uint8Array, 'here')).toEqual(trained(adapter));
});
