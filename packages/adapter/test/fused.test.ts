import { present } from '@lab/records';
import { tf, type Params } from '@lab/engine';
import { describe, expect, it } from 'vitest';
import { adapters, merge, plainLoraFiles, readPeftFiles, type Adapter, type Model } from '../src/index.ts';
import { BATCH, drawn, initial, linears, output, tensors, tiny, TOKENS, trained, weights } from './tiny.ts';

const FUSED = 'layer.0.attention.output';
/** The tiny model, one of whose maps holds three of two outputs each. */
const model: Model = {
  ...tiny,
  linears: linears.map((spec) => (spec.path === FUSED ? { ...spec, parts: ['q', 'k', 'v'] } : spec)),
};
const target_modules = ['output.q', 'output.v', 'intermediate'];
const build = (name: string, more: object = {}): Adapter =>
  adapters.build(adapters.parse({ name, target_modules, ...more }), model);

const values = (adapter: Adapter, params: Params, frozen?: Params): Float32Array =>
  tf.tidy(() => output(adapter, params, frozen)).dataSync<'float32'>();
const close = (given: Float32Array, expected: Float32Array, within: number): void =>
  given.forEach((x, i) => expect(Math.abs(x - present(expected[i]))).toBeLessThan(within));
const none = adapters.build(adapters.parse({ name: 'none' }), model);

describe.each(['lora', 'dora', 'adalora', 'sora', 'full', 'bitfit', 'nora'])('%s on parts of a fused map', (name) => {
  const adapter = build(name);
  const params = trained(adapter);

  it('starts at the pretrained model', () => {
    const parts = adapter.targets.filter(({ within }) => within);
    expect(parts.map(({ path, dOut, within }) => [path, dOut, within])).toEqual([
      [`${FUSED}.q`, 2, { path: FUSED, from: 0 }],
      [`${FUSED}.v`, 2, { path: FUSED, from: 4 }],
    ]);
    if (name !== 'nora') close(values(adapter, tensors(initial(adapter))), values(none, {}), 1e-6);
  });

  it('its merged weights compute the same, and the part between stays as it was', () => {
    if (!adapter.delta && !adapter.deltaFrom && !adapter.deltaBias) return;
    const merged = merge(adapter, weights, params);
    expect(Object.keys(merged).sort()).toEqual(Object.keys(weights).sort());
    close(values(none, {}, tensors(merged)), values(adapter, tensors(params)), 1e-5);
    const columns = ({ data }: { readonly data: Float32Array }, from: number) =>
      Array.from(data).filter((_, i) => i % 6 >= from && i % 6 < from + 2);
    const [before, after] = [present(weights[`${FUSED}.weight`]), present(merged[`${FUSED}.weight`])];
    expect(columns(after, 2)).toEqual(columns(before, 2));
  });
});

it('a pair on each of two parts is the update of LoRA on the whole map with the other rows of B zero', () => {
  const parts = build('lora', { r: 2 });
  const params = trained(parts);
  const files = plainLoraFiles(model, parts, { ...params, 'classifier.weight': drawn('head', [2, 6]) });
  const bytes = files['adapter_model.safetensors'];
  if (!(bytes instanceof Uint8Array)) throw new Error('expected bytes');
  const read = readPeftFiles(tiny, { config: String(files['adapter_config.json']), tensors: bytes }, 'fused');
  const whole = present(read.adapter.params.find(({ name }) => name === `${FUSED}.lora_B`));
  expect(whole.shape).toEqual([6, 4]);
  const B = present(read.params[`${FUSED}.lora_B`]).data;
  expect(Array.from(B.subarray(8, 16)).every((x) => x === 0)).toBe(true);
  close(values(read.adapter, tensors(read.params)), values(parts, tensors(params)), 1e-5);
});

it('noise meets each part by itself', () => {
  const sites = build('lora', { r: 2 }).sites(BATCH, TOKENS);
  const at = (path: string) => sites.filter(({ place }) => place.path === path).map(({ site, shape }) => [site, shape]);
  const own = [
    ['lora.input', [BATCH, TOKENS, 4]],
    ['lora.A', [2, 4]],
    ['lora.rank', [BATCH, TOKENS, 2]],
    ['lora.B', [2, 2]],
    ['lora.delta', [BATCH, TOKENS, 2]],
  ];
  expect(at(`${FUSED}.q`)).toEqual(own);
  expect(at(`${FUSED}.v`)).toEqual(own);
  expect(at(FUSED)).toEqual([]);
});

it('names what a part can be, and refuses a part beside its whole', () => {
  expect(() => build('lora', { target_modules: ['output.o'] })).toThrow(
    'adapter.target_modules: "output.o" names no linear map; allowed: all-linear, ',
  );
  expect(() => build('lora', { target_modules: ['attention.output', 'output.q'] })).toThrow(
    `adapter.target_modules: ${FUSED}.q is a part of ${FUSED}, which is named too; keep one of them`,
  );
  expect(() => plainLoraFiles(model, build('dora'), trained(build('dora')))).toThrow('no product of two factors');
});
