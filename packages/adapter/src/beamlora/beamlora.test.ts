import { present } from '@lab/records';
import { tf } from '@lab/engine';
import { expect, it } from 'vitest';
import { adapters } from '../index.ts';
import { matrixAt, tensorAt } from '../named.ts';
import { drawn, tensors, tiny, trained } from '../../test/tiny.ts';
import { beamAt, gateCutoff, rankScores, replacement } from './beam.ts';
import { sharedGates } from './state.ts';

const build = (target_modules: readonly string[]) =>
  adapters.build(adapters.parse({ name: 'beamlora', r: 4, every: 0.25, keep: 0.5, target_modules }), tiny);

const replaced = (shares: readonly number[], cut: number, active = 1): number[][] =>
  tf.tidy(() => {
    const values = tf.tensor1d([...shares]);
    const { kept, copies } = replacement(values, shares.length, tf.scalar(cut), tf.scalar(active));
    return [[...kept.dataSync()], ...tf.reshape<tf.Rank.R2>(copies, [shares.length, shares.length]).arraySync()];
  });

it('scores are one at the start and sum to r', () => {
  tf.tidy(() => {
    expect([...rankScores(tf.zeros([4]), 4, 0.05).dataSync()]).toEqual([1, 1, 1, 1]);
    expect(tf.sum(rankScores(tf.tensor1d([0.1, 0, -0.2, 0.05]), 4, 0.05)).dataSync()[0]).toBeCloseTo(4, 5);
  });
});

it('keeps .95 of the scores at first and all of them at the end', () => {
  const at = (step: number) => beamAt({ every: 0.25, keep: 0.95 }, { step, steps: 16 });
  const steps = Array.from({ length: 16 }, (_, step) => step);
  expect(steps.filter((step) => at(step).cache === 1)).toEqual([1, 5, 9, 13]);
  expect(steps.filter((step) => at(step).replace === 1)).toEqual([3, 7, 11]);
  expect(at(-1).threshold).toBeCloseTo(0.95, 10);
  expect(at(7).threshold).toBeCloseTo(0.975, 10);
  expect(at(15).threshold).toBeCloseTo(1, 10);
});

it('ranks are cut over all maps together: a map of strong ranks may lose none', () => {
  tf.tidy(() => {
    // Two maps of four. In order .3, .2, .15, .15, .1, .05, .03, .02; .9 is exceeded with the
    // sixth.
    const shares = tf.tensor1d([0.3, 0.2, 0.03, 0.02, 0.15, 0.15, 0.1, 0.05]);
    const kept = (threshold: number) => {
      const cut = present(gateCutoff(shares, tf.scalar(threshold)).dataSync()[0]);
      return [...shares.dataSync()].map((share) => Number(share > cut));
    };
    expect(kept(0.92)).toEqual([1, 1, 0, 0, 1, 1, 1, 1]);
    expect(kept(0.7)).toEqual([1, 1, 0, 0, 1, 1, 0, 0]);
    // The two ranks of .15 are equal: both stay, though the first would do.
    expect(kept(0.6)).toEqual([1, 1, 0, 0, 1, 1, 0, 0]);
    expect(kept(1)).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
    // Equal scores, as at the start: none falls.
    const cut = gateCutoff(tf.fill([8], 1 / 8), tf.scalar(0.95)).dataSync()[0];
    expect(present(cut)).toBeLessThan(1 / 8);
  });
});

it('copies the best ranks of a map over those that fall, from the best again where more fall than stay', () => {
  expect(replaced([0.05, 0.3, 0.15, 0.5], 0.2)).toEqual([
    [0, 1, 0, 1],
    [0, 1, 0, 0],
    [0, 0, 0, 0],
    [0, 0, 0, 1],
    [0, 0, 0, 0],
  ]);
  expect(replaced([0.05, 0.3, 0.15, 0.5], 0.4)).toEqual([
    [0, 0, 0, 1],
    [0, 0, 0, 1],
    [0, 0, 0, 1],
    [0, 0, 0, 1],
    [0, 0, 0, 0],
  ]);
  // The best one stays in any case, and between replacements all do.
  expect(replaced([0.05, 0.3, 0.15, 0.5], 1)[0]).toEqual([0, 0, 0, 1]);
  expect(replaced([0.05, 0.3, 0.15, 0.5], 1, 0)[0]).toEqual([1, 1, 1, 1]);
});

it('slot and source share the mean of their gate values', () => {
  tf.tidy(() => {
    const p = tf.tensor1d([-0.4, 0.2, -0.2, 0.6]);
    const move = replacement(tf.tensor1d([0.05, 0.3, 0.15, 0.5]), 4, tf.scalar(0.2), tf.scalar(1));
    const expected = [-0.1, -0.1, 0.2, 0.2];
    // Rank 2 takes rank 3: (-.2 + .6) / 2. Rank 0 takes rank 1: (-.4 + .2) / 2 for both.
    const gates = sharedGates(p, move).dataSync();
    expected.forEach((x, k) => expect(gates[k]).toBeCloseTo(x, 6));
  });
});

it('a weak rank becomes the strong one of half a period ago, moments and all; every other bit stays', () => {
  const adapter = build(['query']);
  const state = present(adapter.state);
  const path = 'layer.0.attention.query';
  const name = (word: string) => `${path}.${word}`;
  tf.tidy(() => {
    const params = { ...tensors(trained(adapter)), [name('lora_p')]: tf.tensor1d([0.2, 0, -0.05, -0.2]) };
    const moments = { m: tensors({ ...trained(adapter) }), v: tensors({ ...trained(adapter) }) };
    const slots = tensors(Object.fromEntries(state.slots.map((slot) => [slot.name, drawn(slot.name, slot.shape)])));
    const run = (cache: number, replace: number) =>
      state.update({
        params,
        grads: {},
        slots,
        inputs: { cache: tf.scalar(cache), replace: tf.scalar(replace), threshold: tf.scalar(0.6) },
        moments: () => moments,
      });
    const idle = run(0, 0);
    for (const [key, value] of Object.entries(params))
      expect(tensorAt(idle.params, key).dataSync()).toEqual(value.dataSync());
    expect(tensorAt(idle.slots, 'beam/theta').dataSync()).toEqual(tensorAt(slots, 'beam/theta').dataSync());

    // Layout: A [4, 4], B [4, 4], p [4].
    const cached = tensorAt(run(1, 0).slots, 'beam/theta').dataSync();
    expect(cached.slice(0, 16)).toEqual(tensorAt(params, name('lora_A')).dataSync());
    const next = run(0, 1);
    const after = present(next.moments);
    const rows = (of: typeof params, word: string) => matrixAt(of, name(word)).arraySync();
    const before = (part: string) => [...tensorAt(slots, `beam/${part}`).dataSync()];
    // Rank 0 holds nearly all of the score: it alone stays, and the others become what it was.
    const A = rows(next.params, 'lora_A');
    expect(A[0]).toEqual(rows(params, 'lora_A')[0]);
    for (const k of [1, 2, 3]) expect(A[k]).toEqual(before('theta').slice(0, 4));
    for (const k of [1, 2, 3])
      expect(rows(next.params, 'lora_B').map((row) => row[k])).toEqual(
        [0, 1, 2, 3].map((o) => before('theta')[16 + 4 * o]),
      );
    expect(rows(after.v, 'lora_A')[2]).toEqual(before('v').slice(0, 4));
    expect(rows(after.m, 'lora_A')[0]).toEqual(rows(moments.m, 'lora_A')[0]);
    // Gates: slots (.2 + p) / 2, the source their mean; moments of all four start from zero.
    const gates = tensorAt(next.params, name('lora_p')).dataSync();
    [(0.1 + 0.075 + 0) / 3, 0.1, 0.075, 0].forEach((x, k) => expect(gates[k]).toBeCloseTo(x, 6));
    for (const part of [after.m, after.v]) expect(tf.sum(tf.abs(tensorAt(part, name('lora_p')))).dataSync()[0]).toBe(0);
  });
});
