import { floats, matMul, tf } from '@lab/engine';
import { present } from '@lab/records';
import { describe, expect, it } from 'vitest';
import { adapters, parametersInUse, plainLoraFiles, ranksInUse, readPeftFiles, type HostParams } from '../src/index.ts';
import { drawn, linears, output, tensors, tiny, trained } from './tiny.ts';

const target_modules = linears.filter(({ per }) => per !== 'example').map(({ path }) => path);
const gates = { adalora: 'lora_E', sora: 'lora_gate', 'dora-dynamic': 'lora_c' } as const;
const ranks = (name: string) => (name === 'adalora' ? { init_r: 4, target_r: 2 } : { r: 4, target_r: 2 });
const build = (name: string) => {
  const { target_r, ...r } = ranks(name);
  const target = name === 'sora' ? {} : { target_r };
  return adapters.build(adapters.parse({ name, target_modules, ...r, ...target }), tiny);
};

/** Parameters after training of which the k-th map has lost all but its k mod 5 first ranks. */
const afterPruning = (name: keyof typeof gates): { readonly params: HostParams; readonly kept: readonly number[] } => {
  const params = trained(build(name));
  const kept = target_modules.map((_, k) => k % 5);
  const closed = target_modules.map((path, k) => {
    const key = `${path}.${gates[name]}`;
    const { data, shape } = present(params[key]);
    return [
      key,
      floats(
        data.map((x, rank) => (rank < (kept[k] ?? 0) ? x : 0)),
        shape,
      ),
    ] as const;
  });
  return { params: { ...params, ...Object.fromEntries(closed) }, kept };
};

describe.each(['adalora', 'sora', 'dora-dynamic'] as const)('%s after pruning', (name) => {
  const adapter = build(name);
  const { params, kept } = afterPruning(name);

  it('counts the ranks and parameters that remain', () => {
    expect(Object.values(present(ranksInUse(adapter, params)))).toEqual(kept);
    const expected = adapter.targets.reduce((sum, { dIn, dOut }, k) => sum + (kept[k] ?? 0) * (dIn + dOut + 1), 0);
    expect(parametersInUse(adapter, params)).toBe(expected);
  });

  it('its remaining ranks make the whole update', () => {
    for (const spec of adapter.targets) {
      const { r, A, B } = present(adapter.pruned)(spec, params);
      const product = r === 0 ? new Float64Array(spec.dIn * spec.dOut) : matMul(B, A, r);
      const delta = present(adapter.delta)(spec, params);
      // B holds gate and scale in float32: three roundings of numbers below ten.
      product.forEach((x, at) => {
        const [o, i] = [Math.floor(at / spec.dIn), at % spec.dIn];
        expect(Math.abs(x - present(delta[i * spec.dOut + o]))).toBeLessThan(1e-5);
      });
    }
  });

  it('its file of the remaining ranks is a LoRA that PEFT reads, and computes the same', () => {
    const head = drawn('head', [2, 6]);
    const files = plainLoraFiles(tiny, adapter, { ...params, 'classifier.weight': head });
    const config = String(files['adapter_config.json']);
    const tensorsFile = files['adapter_model.safetensors'];
    if (!(tensorsFile instanceof Uint8Array)) throw new Error('expected bytes');
    const lora = readPeftFiles(tiny, { config, tensors: tensorsFile }, 'pruned');
    expect(lora.adapter.targets).toHaveLength(kept.filter((r) => r > 0).length);
    expect(lora.saved['classifier.weight']).toEqual(head);
    tf.tidy(() => {
      const [one, other] = [output(adapter, tensors(params)), output(lora.adapter, tensors(lora.params))];
      const expected = one.dataSync();
      other.dataSync().forEach((x, i) => expect(Math.abs(x - present(expected[i]))).toBeLessThan(1e-4));
    });
  });
});

it('beamlora keeps all ranks, with their scores folded in; lora has none to prune', () => {
  const beam = adapters.build(adapters.parse({ name: 'beamlora', r: 3, target_modules }), tiny);
  const params = trained(beam);
  expect(new Set(Object.values(present(ranksInUse(beam, params))))).toEqual(new Set([3]));
  const lora = adapters.build(adapters.parse({ name: 'lora', target_modules }), tiny);
  expect([ranksInUse(lora, trained(lora)), parametersInUse(lora, trained(lora))]).toEqual([undefined, undefined]);
  expect(() => plainLoraFiles(tiny, lora, trained(lora))).toThrow('prunes no ranks');
});
