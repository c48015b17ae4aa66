import { present } from '@lab/records';
import { readFileSync } from 'node:fs';
import { pack, layoutOf, tf, type Params } from '@lab/engine';
import { describe, expect, it } from 'vitest';
import { adapters } from '../index.ts';
import { tensors, tiny, trained } from '../../test/tiny.ts';
import { budgetAt } from './budget.ts';
import { keepLargest } from './importance.ts';
import { orthogonality } from './penalty.ts';
import { adaState } from './state.ts';
import { tensorAt } from '../named.ts';

/** These updates leave the optimiser's moments alone. */
const none = () => ({ m: {}, v: {} });

interface Fixture {
  readonly steps: number;
  readonly settings: {
    readonly [name in 'init_r' | 'target_r' | 'tinit' | 'tfinal' | 'deltaT' | 'beta1' | 'beta2']: number;
  };
  readonly paths: readonly string[];
  readonly rows: readonly {
    readonly params: { readonly [name: string]: readonly number[] };
    readonly grads: { readonly [name: string]: readonly number[] };
    readonly after: { readonly [name: string]: readonly number[] };
  }[];
}

/** A training of PEFT's AdaLoRA: scripts/fixtures/training/adapters.py. */
const fixture = JSON.parse(
  readFileSync(new URL('../../test/fixtures/adalora.json', import.meta.url), 'utf8'),
) as Fixture;

const everywhere = { target_modules: 'all-linear' };

describe('budget', () => {
  const plan = { initial: 24, target: 8, warmup: 10, final: 30, every: 4 };
  const at = (t: number) => budgetAt(plan, t, 100);

  it('stays, falls by a cubic, and stays', () => {
    expect(at(1)).toEqual({ budget: 24, prune: false, watch: true });
    expect(at(10)).toEqual({ budget: 24, prune: false, watch: true });
    // Half way: 8 + 16 / 8
    expect(at(40)).toEqual({ budget: 10, prune: true, watch: true });
    expect(at(41).prune).toBe(false);
    for (const t of [70, 71, 100]) expect(at(t)).toEqual({ budget: 8, prune: true, watch: false });
  });

  it('never rises', () => {
    const budgets = Array.from({ length: 100 }, (_, i) => at(i + 1).budget);
    expect(budgets.every((b, i) => i === 0 || b <= budgets[i - 1]!)).toBe(true);
  });

  it('ends at its target in trainings of any length', () => {
    for (let steps = 1; steps < 20; steps++) {
      const short = { ...plan, warmup: Math.floor(0.1 * steps), final: Math.floor(0.3 * steps) };
      expect(budgetAt(short, steps, steps)).toEqual({ budget: 8, prune: true, watch: false });
    }
  });
});

describe('pruning', () => {
  it('keeps exactly the largest scores, the earlier of two equal ones', () => {
    const keep = (scores: readonly number[], budget: number) =>
      tf.tidy(() => [...keepLargest(tf.tensor1d([...scores]), tf.scalar(budget)).dataSync()]);
    expect(keep([3, 1, 4, 1, 5], 2)).toEqual([0, 0, 1, 0, 1]);
    expect(keep([3, 1, 4, 1, 5], 4)).toEqual([1, 1, 1, 0, 1]);
    expect(keep([0, 0, 0, 0], 2)).toEqual([1, 1, 0, 0]);
    expect(keep([1, 2], 0)).toEqual([0, 0]);
    expect(keep([1, 2], 2)).toEqual([1, 1]);
  });

  it('follows PEFT through warm-up, cubic and final phase, for its parameters and gradients', () => {
    const { steps, settings, paths, rows } = fixture;
    const { init_r, target_r, tinit, tfinal, deltaT, beta1, beta2 } = settings as Required<Fixture['settings']>;
    const specs = paths.flatMap((path) => {
      const { dIn, dOut } = tiny.linears.find((linear) => linear.path === path)!;
      const init = () => new Float32Array();
      return [
        { name: `${path}.lora_A`, shape: [init_r, dIn], decay: true, init },
        { name: `${path}.lora_B`, shape: [dOut, init_r], decay: true, init },
        { name: `${path}.lora_E`, shape: [init_r, 1], decay: true, init },
      ];
    });
    const plan = () => ({
      initial: init_r * paths.length,
      target: target_r * paths.length,
      warmup: tinit,
      final: tfinal,
      every: deltaT,
    });
    const state = adaState({ params: specs, paths, beta1, beta2, plan });
    const named = (values: { readonly [name: string]: readonly number[] }): Params =>
      Object.fromEntries(specs.map(({ name, shape }) => [name, tf.tensor([...present(values[name])], shape)]));
    tf.tidy(() => {
      let slots: Params = Object.fromEntries(state.slots.map(({ name, init }) => [name, tf.tensor1d(init())]));
      rows.forEach(({ params, grads, after }, step) => {
        const inputs = Object.fromEntries(
          Object.entries(state.inputs({ step, steps })).map(([name, value]) => [name, tf.scalar(value)]),
        );
        const updated = state.update({ params: named(params), grads: named(grads), slots, inputs, moments: none });
        for (const [name, expected] of Object.entries(after))
          expect([
            step,
            name,
            ...tensorAt(updated.params, name)
              .dataSync()
              .map((x) => x + 0),
          ]).toEqual([step, name, ...Float32Array.from(expected)]);
        for (const name of ['lora_A', 'lora_B'])
          expect([...tensorAt(updated.params, `${paths[0]}.${name}`).dataSync()]).toEqual([
            ...Float32Array.from(params[`${paths[0]}.${name}`] ?? []),
          ]);
        slots = updated.slots;
      });
    });
    const kept = Object.values(rows.at(-1)!.after).flat();
    expect(kept.filter((x) => x !== 0)).toHaveLength(target_r * paths.length);
  });
});

describe('orthogonality', () => {
  const penalty = (kind: 'norm' | 'squared', P: number[][], Q: number[][]): number =>
    tf.tidy(() =>
      orthogonality(kind, ['p'], 2, { 'p.lora_B': tf.tensor2d(P), 'p.lora_A': tf.tensor2d(Q) }).arraySync(),
    );
  const unit = [[1, 0], [0, 1]]; // prettier-ignore
  const zero = [[0, 0], [0, 0]]; // prettier-ignore

  it('is zero for orthonormal columns of P and rows of Q', () => {
    const P = [[1, 0], [0, 0], [0, 1]]; // prettier-ignore
    expect(penalty('squared', P, unit)).toBe(0);
    // The square root keeps a floor of 1e-6.
    expect(penalty('norm', P, unit)).toBeLessThan(1.1e-6);
  });

  it('is the sum of squared distances, or the mean of distances', () => {
    // PᵀP = [[2, 1], [1, 1]], so ‖PᵀP - I‖² = 1 + 1 + 1; QQᵀ = [[4, 0], [0, 1]], so 9.
    const [P, Q] = [[[1, 1], [1, 0]], [[2, 0], [0, 1]]]; // prettier-ignore
    expect(penalty('squared', P!, Q!)).toBe(12);
    expect(penalty('norm', P!, Q!)).toBeCloseTo((Math.sqrt(3) + 3) / 2, 6);
    expect(penalty('squared', zero, zero)).toBe(4);
    expect(penalty('norm', zero, zero)).toBeCloseTo(Math.SQRT2, 6);
  });

  it('enters the loss with its weight, and not at all at weight 0', () => {
    const of = (orth_reg_weight: number) =>
      adapters.build(adapters.parse({ name: 'adalora', orth_reg_weight, ...everywhere }), tiny).penalty;
    expect(of(0)).toBeUndefined();
    const adapter = adapters.build(adapters.parse({ name: 'adalora', ...everywhere }), tiny);
    const params = tensors(trained(adapter));
    expect(of(0.2)!(params, {}).arraySync()).toBeCloseTo(2 * of(0.1)!(params, {}).arraySync(), 3);
  });
});

describe('options', () => {
  const build = (options: object) =>
    adapters.build(adapters.parse({ name: 'adalora', ...everywhere, ...options }), tiny);

  it('that contradict each other are refused', () => {
    expect(() => build({ init_r: 4, target_r: 5 })).toThrow('adapter.target_r is 5; it is at most init_r, 4');
    expect(() => build({ tinit: 0.6, tfinal: 0.5 })).toThrow('at most 1 in all');
  });

  it('keep scores for every parameter, and their order is that of the parameters', () => {
    const adapter = build({ init_r: 4, target_r: 2 });
    const { size } = layoutOf(adapter.params);
    expect(present(adapter.state).slots.map(({ shape }) => shape)).toEqual([[size], [size]]);
    expect(pack(layoutOf(adapter.params), tensors(trained(adapter))).size).toBe(size);
  });
});
