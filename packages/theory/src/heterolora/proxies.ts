import { itemAt } from '@lab/records';
import type { HostParams } from '@lab/adapter';
import { fold, normal } from '@lab/random';
import { readFloats, viewOf } from '@lab/engine';
import type { Batch, Session } from '@lab/runner';
import { check, materialOf, type Context } from '../check.ts';
import { norm } from '../dense/vector.ts';
import { citeHeteroLora } from '../papers.ts';
import { batchOf, range } from '../real/batch.ts';
import type { Material } from '../real/material.ts';
import { gradientOf } from '../real/noise.ts';
import { equal, noted, rounding32, type CheckRow } from '../row.ts';
import { sum } from '../stats.ts';

/** Scores of one module: SNIP, SYNFLOW, GRAD-NORM (section 3.2), and the norm of B's gradient. */
interface Scores {
  readonly snip: number;
  readonly synflow: number;
  readonly gradNorm: number;
  readonly gradB: number;
}

/**
 * SYNFLOW's flow [size]: gradient of the summed outputs with every parameter made positive and
 * embeddings of ones.
 */
const flowOf = async (session: Session, params: HostParams, batch: Batch): Promise<Float32Array> => {
  const theta = session.theta(params);
  const { grad } = await session.search.flow({ theta, batch: batch.arrays });
  const flow = await readFloats(session.engine, grad);
  session.engine.free([theta, grad]);
  return flow;
};

const scoresOf = async ({ session }: Material, params: HostParams, batch: Batch): Promise<readonly Scores[]> => {
  const { layout, adapter } = session.blueprint;
  const grad = await gradientOf(session, { params, batch });
  const flow = await flowOf(session, params, batch);
  return adapter.targets.map(({ path }) => {
    const names = [`${path}.lora_A`, `${path}.lora_B`] as const;
    const part = (flat: Float32Array, i: 0 | 1) => Float64Array.from(viewOf(layout, flat, names[i]));
    const value = (i: 0 | 1) => Float64Array.from(params[names[i]]?.data ?? []);
    const product = (flat: Float32Array, absolute: boolean) =>
      sum(
        ([0, 1] as const).map((i) => {
          const g = part(flat, i);
          return sum(value(i).map((x, k) => Math.abs((absolute ? Math.abs(x) : x) * itemAt(g, k))));
        }),
      );
    return {
      snip: product(grad, false),
      synflow: product(flow, true),
      gradNorm: norm(part(grad, 0)) + norm(part(grad, 1)),
      gradB: norm(part(grad, 1)),
    };
  });
};

/** The start of LoRA with B drawn instead of zero. */
const withRandomB = (context: Context, { start }: Material): HostParams =>
  Object.fromEntries(
    Object.entries(start).map(([name, array]) => [
      name,
      name.endsWith('.lora_B')
        ? { ...array, data: normal(fold(context.key, name), array.data.length).map((x) => 0.02 * x) }
        : array,
    ]),
  );

type Start = 'B = 0' | 'B random';

export const proxies = check({
  name: 'proxies-at-start',
  group: 'heterolora',
  claim:
    'At LoRA’s start, B = 0, SNIP and SYNFLOW are zero for every module, and GRAD-NORM is the norm of B’s gradient.',
  cite: citeHeteroLora('section 3; the remark is of this repository'),
  prediction: 'sums of SNIP and SYNFLOW = 0; GRAD-NORM - ||dL/dB|| = 0',
  procedure:
    'all modules of the real model on one training batch, at B = 0 and at a random B; sums and largest ' +
    'differences over modules',
  limits:
    'from the first training step on B is not zero; what is lost is a ranking before training, where ties ' +
    'are broken at random',
  needsMaterial: true,
  formula: 'B = 0' as Start,
  perturbed: { change: 'the same at a random B', formula: 'B random' as Start },
  measure: async (context) => {
    const material = materialOf(context);
    const batch = batchOf(material.session, material.train, range(Math.min(16, material.train.length)));
    return {
      'B = 0': await scoresOf(material, material.start, batch),
      'B random': await scoresOf(material, withRandomB(context, material), batch),
    };
  },
  rows: (measured, zeroAt): readonly CheckRow[] => {
    const at = { start: zeroAt, modules: measured[zeroAt].length };
    const scores = measured[zeroAt];
    const of = (name: keyof Scores, from = scores) => Float64Array.from(from, (s) => s[name]);
    const rest = of('gradNorm').map((g, i) => g - itemAt(of('gradB'), i));
    const other = measured['B random'];
    return [
      equal('sum of SNIP', at, 0, sum(of('snip')), {}),
      equal('sum of SYNFLOW', at, 0, sum(of('synflow')), {}),
      equal('largest GRAD-NORM - ||dL/dB||', at, 0, Math.max(...rest), { rounding: rounding32(0, 1) }),
      noted('sum of GRAD-NORM', at, sum(of('gradNorm'))),
      noted('sum of SNIP', { start: 'B random', modules: other.length }, sum(of('snip', other))),
      noted('sum of SYNFLOW', { start: 'B random', modules: other.length }, sum(of('synflow', other))),
      noted(
        'share of ||dL/dB|| in GRAD-NORM',
        { start: 'B random', modules: other.length },
        sum(of('gradB', other)) / sum(of('gradNorm', other)),
      ),
    ];
  },
});
