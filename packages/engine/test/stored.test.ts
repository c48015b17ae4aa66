import { fold, key, normal } from '@lab/random';
import { BadInput } from '@lab/records';
import { present } from '@lab/records';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { floats, openEngine, readFloats, STORAGES, type Engine, type Storage } from '../src/index.ts';
import { compileFunction } from '../src/onnx/compile.ts';
import { codesOf, halfOf } from '../src/onnx/keep.ts';

const [ROWS, IN, OUT] = [12, 40, 24];
const drawn = (name: string, ...shape: number[]) =>
  floats(
    normal(
      fold(key(4), name),
      shape.reduce((a, b) => a * b, 1),
    ),
    shape,
  );
const [x, W, b, weights] = [drawn('x', ROWS, IN), drawn('W', IN, OUT), drawn('b', OUT), drawn('c', ROWS, OUT)];

type Inputs = { readonly x: tf.Tensor2D; readonly W: tf.Tensor2D; readonly b: tf.Tensor1D; readonly c: tf.Tensor2D };
/** A linear map, and the gradient by its input. */
const map = ({ x, W, b, c }: Inputs) => {
  const f = (given: tf.Tensor) => tf.add(tf.matMul<tf.Tensor2D>(given as tf.Tensor2D, W), b);
  return { y: f(x), dx: tf.grad((given) => tf.sum(tf.mul(f(given), c)))(x) };
};

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine('onnx', { threads: 1 });
});
afterAll(() => engine.close());

const run = async (matrix = W, storage?: Storage) => {
  const kept = engine.put(matrix, storage);
  const program = engine.program(map);
  const { y, dx } = await program.run({ x, W: kept, b, c: weights });
  const found = { y: await readFloats(engine, y), dx: await readFloats(engine, dx) };
  engine.free({ kept, y, dx });
  program.dispose();
  return found;
};

const apart = (a: Float32Array, b: Float32Array): number =>
  Math.hypot(...a.map((value, i) => value - present(b[i]))) / Math.hypot(...b);

describe('a frozen matrix', () => {
  it('in half precision gives what the rounded matrix gives', async () => {
    const decode = (value: number): number => {
      const bits = halfOf(value);
      const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
      const size = exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15);
      return bits & 0x8000 ? -size : size;
    };
    const rounded = floats(W.data.map(decode), W.shape);
    expect(apart(rounded.data, W.data)).toBeGreaterThan(1e-5);
    const [half, exact] = [await run(W, 'float16'), await run(rounded)];
    expect(apart(half.y, exact.y)).toBeLessThan(1e-6);
    expect(apart(half.dx, exact.dx)).toBeLessThan(1e-6);
    expect(engine.alive()).toBe(0);
  });

  it('in int8 for gradients alone leaves the function as it is', async () => {
    const [mixed, exact] = [await run(W, 'int8-backward'), await run()];
    expect(mixed.y).toEqual(exact.y);
    expect(apart(mixed.dx, exact.dx)).toBeGreaterThan(1e-4);
    expect(apart(mixed.dx, exact.dx)).toBeLessThan(0.02);
  });

  it('in int8 gives both to about a hundredth', async () => {
    const [whole, exact] = [await run(W, 'int8'), await run()];
    for (const part of ['y', 'dx'] as const) {
      expect(apart(whole[part], exact[part])).toBeGreaterThan(1e-4);
      expect(apart(whole[part], exact[part])).toBeLessThan(0.02);
    }
  });

  it.each(STORAGES)('as %s is the same in every other operation', async (storage) => {
    const program = engine.program(({ W: given }: { readonly W: tf.Tensor2D }) => ({
      sums: tf.sum(tf.square(given), 0),
    }));
    const kept = engine.put(W, storage);
    const { sums } = await program.run({ W: kept });
    const [exact] = tf.tidy(() => [tf.sum(tf.square(tf.tensor2d(W.data, [IN, OUT])), 0).dataSync() as Float32Array]);
    expect(apart(await readFloats(engine, sums), present(exact))).toBeLessThan(0.02);
    engine.free({ kept, sums });
    program.dispose();
  });

  it('is decoded once for the function and once for the gradient', async () => {
    const matrix = { dtype: 'float32', shape: [IN, OUT], storage: 'float16' } as const;
    const { model } = compileFunction(map, { x, W: matrix, b, c: weights }, { twice: true });
    const casts = model.nodes.filter(({ op }) => op === 'Cast');
    expect(casts.map(({ inputs: [half] }) => half?.shape).sort()).toEqual([
      [1, IN, OUT],
      [IN, OUT],
    ]);
  });

  it('is refused by an engine that has only float32', async () => {
    const js = await openEngine('js');
    expect(() => js.put(W, 'int8')).toThrow(BadInput);
    await js.close();
  });
});

describe('codes', () => {
  it('of a column of zeros are zeros, and the largest magnitude is 127', () => {
    const { codes, steps } = codesOf(Float32Array.of(0, 2, 0, -4), 2, 2);
    expect([...codes]).toEqual([0, 64, 0, -127]);
    expect(steps[1]).toBeCloseTo(4 / 127, 7);
  });

  it('halves are those of IEEE 754', () => {
    expect([1, -2, 65504, 65520, 2 ** -24, 2 ** -25, 2 ** -14, 0.1, NaN].map(halfOf)).toEqual([
      0x3c00, 0xc000, 0x7bff, 0x7c00, 1, 0, 0x400, 0x2e66, 0x7e00,
    ]);
  });
});
