import { present } from '@lab/records';
import { tf, type Params } from '@lab/engine';
import { expect, it } from 'vitest';
import { adapters } from '../index.ts';
import { initial, linears, tensors, tiny, trained } from '../../test/tiny.ts';
import { evenness, sharesOf } from './state.ts';
import { floatsAt, tensorAt } from '../named.ts';

/** These updates leave the optimiser's moments alone. */
const none = () => ({ m: {}, v: {} });

const target_modules = linears.map(({ path }) => path);

it('a share is the norm of a component over that of the update', () => {
  tf.tidy(() => {
    // c b aᵀ: 2 [1, 0][1, 0]ᵀ and 1 [0, 1][0, 3]ᵀ, of norms 2 and 3; together sqrt(13).
    const params = {
      'p.lora_A': tf.tensor2d([1, 0, 0, 3], [2, 2]),
      'p.lora_B': tf.tensor2d([1, 0, 0, 1], [2, 2]),
      'p.lora_c': tf.tensor1d([2, 1]),
    };
    const shares = [...sharesOf('p', params).dataSync()];
    expect(shares[0]).toBeCloseTo(2 / Math.sqrt(13), 5);
    expect(shares[1]).toBeCloseTo(3 / Math.sqrt(13), 5);
    // Variances of a: 1/4, 9/4; of b: 1/4, 1/4.
    expect(evenness(['p'], params).arraySync()).toBeCloseTo(0.75, 5);
  });
});

it('keeps all components at first and the target number at the end', () => {
  const adapter = adapters.build(adapters.parse({ name: 'dora-dynamic', r: 4, target_r: 2, target_modules }), tiny);
  const open = (step: number): number =>
    tf.tidy(() => {
      const inputs = Object.fromEntries(
        Object.entries(present(adapter.state).inputs({ step, steps: 20 })).map(([name, x]) => [name, tf.scalar(x)]),
      );
      const slots = { share: tf.zeros([4 * linears.length]) };
      const { params } = present(adapter.state).update({
        params: tensors(trained(adapter)),
        grads: {},
        slots,
        inputs,
        moments: none,
      });
      return target_modules.reduce(
        (sum, path) =>
          sum +
          tensorAt(params, `${path}.lora_c`)
            .dataSync()
            .filter((x) => x !== 0).length,
        0,
      );
    });
  expect([0, 2, 19].map(open)).toEqual([28, 28, 14]);
  expect(open(6)).toBeGreaterThan(14);
  expect(open(6)).toBeLessThan(28);
});

it('draws a and b on ±sqrt(6 / fan-in)', () => {
  const adapter = adapters.build(adapters.parse({ name: 'dora-dynamic', r: 6, target_r: 3, target_modules }), tiny);
  const start = initial(adapter);
  const reach = (which: string) =>
    Math.max(
      ...linears.flatMap(({ path, dIn }) => {
        const bound = Math.sqrt(6 / (which === 'lora_A' ? dIn : 6));
        return [...floatsAt(start, `${path}.${which}`)].map((x) => Math.abs(x) / bound);
      }),
    );
  for (const which of ['lora_A', 'lora_B']) {
    expect(reach(which)).toBeLessThanOrEqual(1 + 1e-6);
    // Of some 180 uniform numbers the largest is below .9 with a chance of 1e-8.
    expect(reach(which)).toBeGreaterThan(0.9);
  }
});

it('the variance penalty ends with the last pruning', () => {
  const adapter = adapters.build(adapters.parse({ name: 'dora-dynamic', end: 0.5, target_modules }), tiny);
  const [state, penalty] = [present(adapter.state), present(adapter.penalty)];
  tf.tidy(() => {
    let params = tensors({ ...trained(adapter), ...initial(adapter) });
    let slots: Params = { share: tf.zeros([12 * linears.length]) };
    const active = Array.from({ length: 8 }, (_, step) => {
      const value = penalty(params, {}).arraySync();
      const scalars = Object.entries(state.inputs({ step, steps: 8 })).map(
        ([name, x]) => [name, tf.scalar(x)] as const,
      );
      const next = state.update({ params, grads: {}, slots, inputs: Object.fromEntries(scalars), moments: none });
      [params, slots] = [next.params, next.slots];
      return value > 0;
    });
    // The last pruning is that of the fourth of eight steps.
    expect(active).toEqual([true, true, true, true, false, false, false, false]);
  });
});
