import { present } from '@lab/records';
import { tf } from '@lab/engine';
import { expect, it } from 'vitest';
import { adapters } from '../index.ts';
import { drawn, linears, tensors, tiny, trained } from '../../test/tiny.ts';
import { beamAt, replacement, rankScores } from './beam.ts';
import { tensorAt } from '../named.ts';

const spec = present(linears[0]);
const adapter = adapters.build(
  adapters.parse({ name: 'beamlora', r: 4, every: 0.25, keep: 0.5, target_modules: ['query'] }),
  tiny,
);

const replaced = (shares: readonly number[], threshold: number): number[][] =>
  tf.tidy(() => {
    const { kept, copies } = replacement(tf.tensor1d([...shares]), shares.length, tf.scalar(threshold));
    return [[...kept.dataSync()], ...(copies.arraySync() as number[][])];
  });

it('scores are one at the start and sum to r', () => {
  tf.tidy(() => {
    expect([...rankScores(tf.zeros([4]), 4, 0.05).dataSync()]).toEqual([1, 1, 1, 1]);
    expect(tf.sum(rankScores(tf.tensor1d([0.1, 0, -0.2, 0.05]), 4, 0.05)).dataSync()[0]).toBeCloseTo(4, 5);
  });
});

it('keeps the smallest set beyond the threshold, at least half, and copies the best ranks over the rest', () => {
  // In order .5, .3, .15, .05: .5 and .3 are .8, above .7, so ranks 0 and 2 fall; rank 2 is the
  // stronger one and takes the best.
  expect(replaced([0.05, 0.3, 0.15, 0.5], 0.7)).toEqual([
    [0, 1, 0, 1],
    [0, 1, 0, 0],
    [0, 0, 0, 0],
    [0, 0, 0, 1],
    [0, 0, 0, 0],
  ]);
  // Beyond .85 one falls; at 1 none does; far below half of the ranks still stay.
  expect(replaced([0.05, 0.3, 0.15, 0.5], 0.85)[0]).toEqual([0, 1, 1, 1]);
  expect(replaced([0.05, 0.3, 0.15, 0.5], 1)[0]).toEqual([1, 1, 1, 1]);
  expect(replaced([0.05, 0.3, 0.15, 0.5], 0.1)[0]).toEqual([0, 1, 0, 1]);
});

it('caches halfway, replaces at each period’s end but in the last one, under a falling threshold', () => {
  const at = (step: number) => beamAt({ every: 0.25, keep: 0.5 }, { step, steps: 16 });
  const steps = Array.from({ length: 16 }, (_, step) => step);
  expect(steps.filter((step) => at(step).cache === 1)).toEqual([1, 5, 9, 13]);
  expect(steps.filter((step) => at(step).replace === 1)).toEqual([3, 7, 11]);
  expect(at(7).threshold).toBeCloseTo(0.75, 10);
  expect(at(15).threshold).toBeCloseTo(0.5, 10);
});

it('a weak rank becomes the strong one of half a period ago, moments and all; every other bit stays', () => {
  tf.tidy(() => {
    const name = (word: string) => `${spec.path}.${word}`;
    const strong = { ...tensors(trained(adapter)), [name('lora_p')]: tf.tensor1d([0.2, 0, -0.05, -0.2]) };
    const moments = { m: tensors({ ...trained(adapter) }), v: tensors({ ...trained(adapter) }) };
    const slots = tensors(
      Object.fromEntries(present(adapter.state).slots.map(({ name: slot, shape }) => [slot, drawn(slot, shape)])),
    );
    const run = (cache: number, replace: number, held = slots) =>
      present(adapter.state).update({
        params: strong,
        grads: {},
        slots: held,
        inputs: { cache: tf.scalar(cache), replace: tf.scalar(replace), threshold: tf.scalar(0.6) },
        moments: () => moments,
      });
    const idle = run(0, 0);
    for (const [key, value] of Object.entries(strong))
      expect(present(idle.params[key]).dataSync()).toEqual(value.dataSync());
    expect(tensorAt(idle.slots, 'beam/theta').dataSync()).toEqual(tensorAt(slots, 'beam/theta').dataSync());

    const cached = run(1, 0).slots;
    // Layout: A [4, 4], B [4, 4], p [4].
    expect([...present(cached['beam/theta']).dataSync().slice(0, 16)]).toEqual([
      ...present(strong[name('lora_A')]).dataSync(),
    ]);
    const next = run(0, 1);
    const rows = (value: tf.Tensor) => value.arraySync() as number[][];
    const [A, was] = [rows(present(next.params[name('lora_A')])), rows(present(strong[name('lora_A')]))];
    const old = (part: string) => [...tensorAt(slots, `beam/${part}`).dataSync()];
    // Rank 0 holds nearly all of the score: ranks 2 and 3 fall, to ranks 0 and 1.
    expect([A[0], A[1]]).toEqual([was[0], was[1]]);
    expect([A[2], A[3]]).toEqual([old('theta').slice(0, 4), old('theta').slice(4, 8)]);
    const B = rows(present(next.params[name('lora_B')]));
    expect(B.map((row) => row[2])).toEqual([0, 1, 2, 3].map((o) => old('theta')[16 + 4 * o]));
    expect([...present(next.params[name('lora_p')]).dataSync().slice(2)]).toEqual(old('theta').slice(32, 34));
    expect(rows(present(next.moments?.v[name('lora_A')]))[2]).toEqual(old('v').slice(0, 4));
    expect(rows(present(next.moments?.m[name('lora_A')]))[1]).toEqual(rows(present(moments.m[name('lora_A')]))[1]);
  });
});
