import { itemAt } from '@lab/records';
import { methods } from '@lab/dropout';
import { readFloats, sizeOf } from '@lab/engine';
import { fold, type Key } from '@lab/random';
import { sessionWith, type Batch } from '@lab/runner';
import { check, materialOf, pick, type Context } from '../check.ts';
import { panelOf } from '../panel.ts';
import { citeHiddenKey } from '../papers.ts';
import { batchOf, range } from '../real/batch.ts';
import type { Material } from '../real/material.ts';
import { zerosOf } from '../real/noise.ts';
import { below, equal, noted, rounding32, type CheckRow } from '../row.ts';
import { estimate } from '../stats.ts';
import { lastAttention, leakProgram, type Block } from './leak-program.ts';

/**
 * Squared gradient at dropped keys, in all, and how far a closed form for the dropped keys is off.
 */
interface Leak {
  readonly dropped: number;
  readonly all: number;
  readonly predicted: number;
  readonly off: number;
  readonly scale: number;
}

/**
 * Gradient that leaks to the dropped key m of a row: -w_m Σ_u v_u w'_u, from v = dL/dw' (Eq. 9
 * summed over u), or a wrong one.
 */
type LeakForm = (weight: number, upstream: number) => number;

const chained: LeakForm = (weight, upstream) => -weight * upstream;

/**
 * Derivatives and weights of one draw, and which keys it kept: all row-major [B, heads, T, T],
 * `keep` without the queries.
 */
interface Draw {
  readonly p: number;
  readonly byLogits: Float32Array;
  readonly byWeights: Float32Array;
  readonly weights: Float32Array;
  readonly keep: ArrayLike<number>;
}

const leakOf = (draw: Draw, batch: Batch, heads: number, form: LeakForm): Leak => {
  const { byLogits: g, byWeights: v, weights: w, keep } = draw;
  const T = batch.shape.tokens;
  const sums = { dropped: 0, all: 0, predicted: 0, off: 0, scale: 0 };
  for (let row = 0; row < g.length / T; row++) {
    const b = Math.floor(row / (heads * T));
    const head = Math.floor(row / T) % heads;
    const kept = (key: number) => itemAt(keep, (b * heads + head) * T + key);
    const length = itemAt(batch.lengths, b);
    let [sum, upstream] = [0, 0];
    for (let key = 0; key < length; key++) sum += itemAt(w, row * T + key) * kept(key);
    for (let key = 0; key < length; key++)
      upstream += (itemAt(v, row * T + key) * itemAt(w, row * T + key) * kept(key)) / sum;
    for (let key = 0; key < length; key++) {
      const at = row * T + key;
      const gradient = itemAt(g, at);
      sums.all += gradient ** 2;
      if (kept(key)) continue;
      const expected = form(itemAt(w, at), upstream);
      sums.dropped += gradient ** 2;
      sums.predicted += expected ** 2;
      sums.off = Math.max(sums.off, Math.abs(expected - gradient));
      sums.scale = Math.max(sums.scale, Math.abs(expected), Math.abs(gradient));
    }
  }
  return sums;
};

/** Every draw of one method at every rate. */
const drawsOf = async (
  { session, trained: { plain } }: Material,
  { name, batch, block, rates, draws, key }: DrawsAsked,
): Promise<readonly Draw[]> => {
  const { engine, frozen } = session;
  const options = { structure: 'column', layers: [block.place.layer] };
  const at = (p: number) => sessionWith(session, methods.build(methods.parse({ name, p, ...options })));
  const program = engine.program(leakProgram(at(0.5).blueprint, block));
  const theta = session.theta(plain);
  const zeros = zerosOf(2 * sizeOf(block.shape));
  const all: Draw[] = [];
  for (const p of rates)
    for (let index = 0; index < draws; index++) {
      const masks = at(p).masks.member(batch, { key, member: `p=${p}`, index });
      const outputs = await program.run({ theta, frozen, batch: batch.arrays, masks, zeros });
      const read = (of: keyof typeof outputs) => readFloats(engine, outputs[of]);
      const [keep] = Object.values(masks);
      all.push({
        p,
        byLogits: await read('byLogits'),
        byWeights: await read('byWeights'),
        weights: await read('weights'),
        keep: keep?.data ?? [],
      });
      engine.free(outputs);
    }
  engine.free([theta]);
  program.dispose();
  return all;
};

interface DrawsAsked {
  readonly name: 'dropattention' | 'dropkey';
  readonly batch: Batch;
  readonly block: Block;
  readonly rates: readonly number[];
  readonly draws: number;
  readonly key: Key;
}

const measure = async (context: Context) => {
  const material = materialOf(context);
  const { session, train } = material;
  const rates = pick(context, { smoke: [0.1, 0.5], quick: [0.02, 0.05, 0.1, 0.2, 0.3, 0.5] });
  const draws = pick(context, { smoke: 4, quick: 8 });
  const batch = batchOf(session, train, range(Math.min(12, train.length)));
  const block = lastAttention(session, batch);
  const [, heads = 1] = block.shape;
  const asked = { batch, block, rates, draws, key: fold(context.key, 'masks') };
  const perMethod = [];
  for (const name of ['dropattention', 'dropkey'] as const)
    perMethod.push({ name, measured: await drawsOf(material, { name, ...asked }) });
  return { rates, batch, heads, perMethod };
};

const share = 'share of the logits’ gradient norm at dropped keys';
const title = { dropattention: 'DropAttention, NoGrad', dropkey: 'DropKey' } as const;

export const leak = check({
  name: 'nograd-leak',
  group: 'hiddenkey',
  claim: 'NoGrad lets gradient through dropped keys, more so at larger rates; DropKey lets none.',
  cite: citeHiddenKey('section 3.2, Eq. 9, 15'),
  prediction: "gradient at a dropped key -w_m Σ_u w'_u dL/dw'_u under NoGrad, exactly 0 under DropKey",
  procedure:
    'the last attention block of the real model at weights of plain LoRA, columns of keys dropped; ' +
    'derivatives of the task loss by every logit',
  limits:
    'the share says how much of the gradient is of keys that took no part; what it does to training is ' +
    'another question',
  needsMaterial: true,
  formula: chained,
  perturbed: { change: 'the opposite sign', formula: (w: number, upstream: number) => w * upstream },
  measure,
  rows: ({ rates, batch, heads, perMethod }, form) => {
    const shares = perMethod.map(({ name, measured }) => ({
      name,
      perRate: rates.map((p) => {
        const leaks = measured.filter((f) => f.p === p).map((f) => leakOf(f, batch, heads, form));
        return { p, leaks, ...estimate(leaks.map((l) => Math.sqrt(l.dropped / l.all))) };
      }),
    }));
    const [noGrad, key] = [itemAt(shares, 0).perRate, itemAt(shares, 1).perRate];
    const first = itemAt(noGrad, 0);
    return [
      ...noGrad.flatMap(({ p, leaks, mean, se }): CheckRow[] => {
        const worst = leaks.reduce((a, b) => (b.off / b.scale > a.off / a.scale ? b : a));
        return [
          // Two matrix products and a softmax in single precision lie between the two sides.
          equal('largest difference to the closed form', { p, method: title.dropattention }, 0, worst.off, {
            rounding: rounding32(worst.scale, 1024),
          }),
          noted(share, { p, method: title.dropattention }, mean, se),
        ];
      }),
      ...key.map(({ p, mean }) => equal(share, { p, method: title.dropkey }, 0, mean, {})),
      ...noGrad.slice(1).map(({ p, mean, se }) =>
        below('share at the smallest rate < share at p', { p, method: title.dropattention }, mean, {
          ...first,
          se: Math.hypot(se, first.se),
        }),
      ),
    ];
  },
  panels: (rows) => [
    panelOf(rows, {
      title: 'Gradient that reaches dropped keys, last attention block',
      axis: 'p',
      xTitle: 'dropout rate p',
      yTitle: 'share of the gradient’s norm',
      predicted: false,
      series: ({ quantity, at }) => (quantity === share ? String(at.method) : undefined),
    }),
  ],
});
