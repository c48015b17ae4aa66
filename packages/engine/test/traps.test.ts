/* eslint-disable no-restricted-properties -- what the rule bans is refused here too, as shown */
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGraph } from '../src/graph/graph.ts';
import { LOWERINGS } from '../src/trace/backend.ts';
import { numberOf, numbersOf, pairsOf, typeOf } from '../src/trace/attrs.ts';
import { checkCall } from '../src/trace/kernel.ts';
import type { PureFunction } from '../src/index.ts';
import { eager, evaluate, expectSame, native, numbers } from './differential.ts';

const x = numbers([2, 3], 1);
const run = async (fn: PureFunction): Promise<unknown> => evaluate(await native(), fn, { x });

describe('what a trace refuses, by name', () => {
  // Refusals must also leave tfjs as they found it, so each is followed by a program that works.
  let before = 0;
  beforeEach(async () => {
    await native();
    before = tf.memory().numTensors;
  });
  afterEach(async () => {
    expect(tf.memory().numTensors).toBe(before);
    await expectSame('cpu', ({ x }) => ({ y: tf.grad((t) => tf.sum(tf.square(t)))(x!) }), { x });
  });

  it('synchronous reads, with the kernel that made the tensor', async () => {
    const read =
      (how: (t: tf.Tensor) => unknown): PureFunction =>
      ({ x }) => {
        how(tf.exp(x!));
        return { x: x! };
      };
    await expect(run(read((t) => t.dataSync()))).rejects.toThrow(/kernel Exp: its result was read/);
    await expect(run(read((t) => t.arraySync()))).rejects.toThrow(/kernel Exp/);
  });

  it('reads inside a gradient', async () => {
    const fn: PureFunction = ({ x }) => ({
      dx: tf.grad((t) => {
        const y = tf.sum(tf.square(tf.tanh(t)));
        y.dataSync();
        return y;
      })(x!),
    });
    await expect(run(fn)).rejects.toThrow(/kernel Sum/);
  });

  it('kernels that are not compiled', async () => {
    await expect(run(({ x }) => ({ y: tf.fft(tf.complex(x!, x!)) }))).rejects.toThrow(/Complex/);
    await expect(run(({ x }) => ({ y: tf.unique(tf.reshape(x!, [6])).values }))).rejects.toThrow(/Unique/);
  });

  it('unknown, renamed and missing attributes', () => {
    const max = LOWERINGS.find(({ kernel }) => kernel === 'Max')!;
    const info = { dataId: {}, shape: [1], dtype: 'float32' } satisfies tf.TensorInfo;
    expect(() => checkCall(max, { x: info }, { reductionIndices: [0], keepDims: false, axis: [0] })).toThrow(
      /kernel Max: unknown attribute axis/,
    );
    expect(() => checkCall(max, { x: info }, { keepDims: false })).toThrow(
      /kernel Max: attribute reductionIndices is missing/,
    );
    expect(() => checkCall(max, { x: info, y: info }, { reductionIndices: [0], keepDims: false })).toThrow(
      /kernel Max: unknown input y/,
    );
    expect(() => max.lower(createGraph(), [], { reductionIndices: [0], keepDims: false })).toThrow(
      'kernel Max: input x is missing',
    );
  });

  it('attributes of another kind', () => {
    expect(() => numberOf({ axis: [0] }, 'axis')).toThrow('attribute axis is 0; expected a number');
    expect(() => numbersOf({ perm: [0, '1'] }, 'perm')).toThrow('attribute perm is 0,1; expected numbers');
    expect(() => pairsOf({ paddings: [[1]] }, 'paddings')).toThrow('expected pairs of numbers');
    expect(() => typeOf({ dtype: 'complex64' }, 'dtype')).toThrow('attribute dtype is complex64');
  });

  it('masks that tfjs draws while the function runs', async () => {
    await expect(run(({ x }) => ({ y: tf['dropout'](x!, 0.5) }))).rejects.toThrow(
      /not pure.*constant of shape \[2, 3\]/,
    );
  });

  it('counters kept in JavaScript', async () => {
    let step = 0;
    const fn: PureFunction = ({ x }) => {
      step += 1;
      return { y: tf.mul(x!, step + 1) };
    };
    await expect(run(fn)).rejects.toThrow(/not pure.*constant of shape \[\] used by Mul/);
  });

  it('a function that records another program the second time', async () => {
    let first = true;
    const fn: PureFunction = ({ x }) => {
      const y = first ? tf.exp(x!) : tf.tanh(x!);
      first = false;
      return { y };
    };
    await expect(run(fn)).rejects.toThrow(/not pure.*was Exp, then Tanh/);
  });

  it('state that lives in variables', async () => {
    await expect(run(({ x }) => ({ y: tf.add(tf['variable'](tf.zerosLike(x!)), x!) }))).rejects.toThrow(/tf\.variable/);
  });

  it('optimisers of tfjs, whose moments are made inside', async () => {
    const optimizer = tf['train'].adam(0.1);
    const w = tf.tidy(() => tf['variable'](tf.zeros([2, 3]), true, 'w'));
    const before = tf.memory().numTensors;
    await expect(
      run(({ x }) => {
        optimizer.applyGradients([{ name: 'w', tensor: x! }]);
        return { x: x! };
      }),
    ).rejects.toThrow(/uses a tensor from outside/);
    expect(tf.memory().numTensors).toBe(before);
    optimizer.dispose();
    w.dispose();
    tf.disposeVariables();
  });

  it('tensors from outside, also those of an earlier trace', async () => {
    const kept: tf.Tensor[] = [];
    await run(({ x }) => {
      kept.push(tf.keep(tf.exp(x!)));
      return { x: x! };
    });
    await expect(run(({ x }) => ({ y: tf.add(x!, kept[0]!) }))).rejects.toThrow(
      /kernel Add: uses a tensor from outside/,
    );
    await expect(run(({ x }) => ({ y: kept[1]!, x: x! }))).rejects.toThrow(/output "y": uses a tensor from outside/);
    tf.dispose(kept);
    const outside = tf.scalar(2);
    await expect(run(({ x }) => ({ y: tf.mul(x!, outside) }))).rejects.toThrow(/kernel Multiply/);
    outside.dispose();
  });

  it('other element types', async () => {
    await expect(run(({ x }) => ({ x: x!, s: tf.tensor1d(['a']) }))).rejects.toThrow(/string/);
  });
});

describe('a program', () => {
  it('compiles again for other shapes and gives each the right answer', async () => {
    const engine = await native();
    const program = engine.program(({ x }) => ({
      mean: tf.mean(x!),
      x: x!,
      twice: tf.add(x!, x!),
      again: tf.add(x!, x!),
    }));
    for (const shape of [[2], [3, 2], [2], [1, 1, 4]]) {
      const input = numbers(shape, 3);
      const out = await program.run({ x: input });
      const sum = [...input.data].reduce((s, v) => s + v, 0);
      expect((await engine.get(out['mean']!)).data[0]).toBeCloseTo(sum / input.data.length, 6);
      expect((await engine.get(out['x']!)).data).toEqual(input.data);
      engine.free(Object.values(out));
    }
    expect(engine.alive()).toBe(0);
    program.dispose();
  });

  it('keeps its state in handles, constant in number', async () => {
    const engine = await native();
    const program = engine.program(({ theta, lr }) => {
      const g = tf.grad((t) => tf.sum(tf.square(t)))(theta!);
      return { theta: tf.sub(theta!, tf.mul(lr!, g)) };
    });
    let theta = engine.put(numbers([4], 2));
    const lr = engine.put({ dtype: 'float32', shape: [], data: Float32Array.of(0.25) });
    const before = (await engine.get(theta)).data;
    for (let step = 0; step < 3; step += 1) {
      const { theta: next } = await program.run({ theta, lr });
      engine.free([theta]);
      theta = next!;
      expect(engine.alive()).toBe(2);
    }
    const after = (await engine.get(theta)).data;
    expect([...after]).toEqual([...before].map((v) => Math.fround(v * 0.125)));
    engine.free([theta, lr]);
    await expect(engine.get(theta)).rejects.toThrow('freed');
    program.dispose();
  });

  it('lets timers run between steps', async () => {
    const engine = await native();
    const program = engine.program(({ x }) => ({ y: tf.sum(tf.exp(x!)) }));
    let ticks = 0;
    const timer = setInterval(() => (ticks += 1), 0);
    for (let step = 0; step < 20; step += 1)
      engine.free(Object.values(await program.run({ x: numbers([100, 100], step) })));
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(0);
    program.dispose();
  });

  it('refuses inputs that are missing at a later run by naming them', async () => {
    const engine = await eager();
    await expect(evaluate(engine, ({ y }) => ({ y: tf.exp(y!) }), { x })).rejects.toThrow();
    await expect(run(({ y }) => ({ y: tf.exp(y!) }))).rejects.toThrow();
  });
});
