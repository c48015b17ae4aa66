import { itemAt, present } from '@lab/records';
import { floats, tf } from '@lab/engine';
import { describe, expect, it } from 'vitest';
import { adapters, adapterSize, merge, type HostParams } from '../index.ts';
import { initial, linears, output, tensors, tiny, trained, weights } from '../../test/tiny.ts';
import { leastSquares } from './least-squares.ts';

const target_modules = linears.map(({ path }) => path);
const optionsOf = (ranks: readonly number[], more: object = {}) =>
  adapters.parse({ name: 'sd-lora', ranks: [...ranks], target_modules, ...more });
const build = (ranks: readonly number[], more: object = {}) => adapters.build(optionsOf(ranks, more), tiny);
const path = present(linears[0]).path;

/** What a stage of these ranks starts from, after a trained one. */
const followed = (ranks: readonly number[], left: HostParams, more: object = {}): HostParams => {
  const next = build(ranks, more);
  const options = optionsOf(ranks.slice(0, -1));
  return { ...initial(next), ...present(next.follow)([{ options, params: left }]) };
};

const near = (a: tf.Tensor, b: tf.Tensor, tolerance = 5e-5): void => {
  const other = b.dataSync();
  a.dataSync().forEach((x, i) => expect(Math.abs(x - itemAt(other, i))).toBeLessThan(tolerance));
};

describe('sd-lora', () => {
  const first = build([2]);
  const left = trained(first);

  it('starts a task from the function that the last one left, and its directions have length one', () => {
    tf.tidy(() => {
      const second = followed([2, 3], left);
      near(output(build([2, 3]), tensors(second)), output(first, tensors(left)));
      const norm = (name: string) => Math.hypot(...present(second[`${path}.${name}`]).data);
      expect(norm('past_A')).toBeCloseTo(1, 5);
      expect(norm('past_B')).toBeCloseTo(1, 5);
      const trainedSecond = trained(build([2, 3]));
      const third = followed([2, 3, 1], { ...trainedSecond });
      near(output(build([2, 3, 1]), tensors(third)), output(build([2, 3]), tensors(trainedSecond)));
    });
  });

  it('merges into the frozen weights', () => {
    tf.tidy(() => {
      const adapter = build([2, 3]);
      const params = trained(adapter);
      const none = adapters.build(adapters.parse({ name: 'none' }), tiny);
      near(output(adapter, tensors(params)), output(none, {}, tensors(merge(adapter, weights, params))));
    });
  });

  it('trains the new direction and all magnitudes: ended ones are not counted', () => {
    const own = linears.reduce((sum, { dIn, dOut }) => sum + 3 * (dIn + dOut) + 2, 0);
    expect(adapterSize(build([2, 3]))).toBe(own);
  });

  it('replaces a direction that earlier ones give, and keeps one that they do not', () => {
    tf.tidy(() => {
      const second = followed([2, 2], left);
      const again = Object.fromEntries(
        linears.flatMap((spec) => {
          const of = (side: string) =>
            [`${spec.path}.lora_${side}`, present(second[`${spec.path}.past_${side}`])] as const;
          return [of('A'), of('B')];
        }),
      );
      const repeated = { ...second, ...again };
      const third = followed([2, 2, 2], repeated, { distil: 0.01 });
      near(output(build([2, 2, 2]), tensors(third)), output(build([2, 2]), tensors(repeated)));
      const magnitudes = present(third[`${path}.magnitude`]).data;
      expect(magnitudes[1]).toBe(0);
      const kept = followed([2, 2, 2], { ...second, ...turned(trained(build([2, 2]))) }, { distil: 0.01 });
      expect(present(kept[`${path}.magnitude`]).data[1]).not.toBe(0);
    });
  });

  it.each([
    [[2, 2], [3], 'it starts from [3]'],
    [[2, 2, 2], [2], 'it starts from [2]'],
  ])('of ranks %j does not go on from %j', (ranks, before, words) => {
    const follow = present(build(ranks).follow);
    expect(() => follow([{ options: optionsOf(before), params: {} }])).toThrow(words);
  });

  it('solves small systems, also where two equations are one', () => {
    expect(
      leastSquares(
        [
          [2, 1],
          [1, 3],
        ],
        [5, 10],
      ).map((x) => Number(x.toFixed(6))),
    ).toEqual([1, 3]);
    const [a, b] = leastSquares(
      [
        [1, 1],
        [1, 1],
      ],
      [2, 2],
    );
    expect((a ?? 0) + (b ?? 0)).toBeCloseTo(2, 5);
  });
});

/** The factors alone, their values in the other order. */
const turned = (params: HostParams): HostParams =>
  Object.fromEntries(
    Object.entries(params)
      .filter(([name]) => /lora_[AB]$/.test(name))
      .map(([name, { data, shape }]) => [name, floats(data.slice().reverse(), shape)]),
  );
