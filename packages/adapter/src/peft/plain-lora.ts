import { BadInput } from '@lab/records';
import { floats } from '@lab/engine';
import type { Adapter } from '../adapter.ts';
import type { HostParams } from '../host-params.ts';
import { adapters } from '../catalogue.ts';
import type { PrunedFactors } from '../lora/pruned.ts';
import type { LinearSpec, Model } from '../model.ts';
import { floatsAt } from '../named.ts';
import { peftFiles } from './files.ts';

/** The update of a target as two factors, gates and scales folded into B; undefined: none. */
const factorsOf = (adapter: Adapter, spec: LinearSpec, params: HostParams): PrunedFactors | undefined => {
  if (adapter.pruned) return adapter.pruned(spec, params);
  const pair = adapter.pairs?.find(({ A }) => A === `${spec.path}.lora_A`);
  if (!pair) return undefined;
  const [A, B] = [floatsAt(params, pair.A), floatsAt(params, pair.B)];
  return { r: A.length / spec.dIn, A, B: B.map((x) => x * pair.scale) };
};

/**
 * Factors on parts of one map as factors on the whole of it: rows of A one below the other, and B
 * zero outside a part's outputs. The product is the same to the last bit of a sum with zeros.
 */
const onWholeMap = (whole: LinearSpec, parts: readonly (PrunedFactors & { spec: LinearSpec })[]) => {
  const r = parts.reduce((sum, part) => sum + part.r, 0);
  const A = Float32Array.from(parts.flatMap((part) => [...part.A]));
  const B = new Float32Array(whole.dOut * r);
  let done = 0;
  for (const { spec, r: own, B: rows } of parts) {
    const from = spec.within?.from ?? 0;
    for (let o = 0; o < spec.dOut; o++) B.set(rows.subarray(o * own, (o + 1) * own), (from + o) * r + done);
    done += own;
  }
  return { spec: whole, r, A, B };
};

/**
 * PEFT's two files of an adapter as plain LoRA on whole maps: every target has a rank of its own,
 * targets whose ranks have all been pruned are dropped, gates and scales are folded into B. Pairs
 * on parts of a fused map become one pair on that map. `params` are the adapter's and the head's;
 * `named` says of the head what `peftFiles` takes. Throws `BadInput` for an adapter that needs no
 * such form, and where no rank remains.
 */
export const plainLoraFiles = (
  model: Model,
  adapter: Adapter,
  params: HostParams,
  named: Pick<Parameters<typeof peftFiles>[2], 'modulesToSave' | 'taskType'> = {},
) => {
  const { targets } = adapter;
  if (!adapter.pruned && !targets.some(({ within }) => within))
    throw new BadInput('this adapter prunes no ranks; allowed: --format peft or merged');
  if (adapter.deltaBias)
    throw new BadInput('this adapter trains biases, which have no place in two factors; allowed: --format merged');
  const remaining = targets.flatMap((spec) => {
    const factors = factorsOf(adapter, spec, params);
    if (!factors) throw new BadInput('this adapter is no product of two factors; allowed: --format merged');
    return factors.r > 0 ? [{ spec, ...factors }] : [];
  });
  const maps = model.linears.flatMap((whole) => {
    const parts = remaining.filter(({ spec }) => (spec.within?.path ?? spec.path) === whole.path);
    return parts.length > 0 ? [onWholeMap(whole, parts)] : [];
  });
  const [first] = maps;
  if (!first) throw new BadInput('every rank of this adapter has been pruned: there is no update to write');
  const pattern = Object.fromEntries(maps.map(({ spec, r }) => [spec.path.replace(/\W/g, '\\$&'), r]));
  const options = adapters.parse({
    name: 'lora',
    r: first.r,
    alpha: first.r,
    rank_pattern: pattern,
    alpha_pattern: pattern,
    target_modules: maps.map(({ spec }) => spec.path),
  });
  const names = new Set(adapter.params.map(({ name }) => name));
  const head = Object.entries(params).filter(([name]) => !names.has(name));
  const factors = maps.flatMap(({ spec: { path, dIn, dOut }, r, A, B }) => [
    [`${path}.lora_A`, floats(A, [r, dIn])] as const,
    [`${path}.lora_B`, floats(B, [dOut, r])] as const,
  ]);
  const lora = adapters.build(options, model);
  const own = { ...Object.fromEntries(factors), ...Object.fromEntries(head) };
  return peftFiles(options, model, { adapter: lora, params: own, ...named });
};
