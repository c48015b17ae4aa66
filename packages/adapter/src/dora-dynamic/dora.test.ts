import { present } from '@lab/records';
import { tf } from '@lab/engine';
import { expect, it } from 'vitest';
import { adapters } from '../index.ts';
import { linears, tensors, tiny, trained } from '../../test/tiny.ts';
import { evenness, sharesOf } from './state.ts';
import { tensorAt } from '../named.ts';

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
