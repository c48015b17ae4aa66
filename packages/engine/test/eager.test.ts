import * as tf from '@tensorflow/tfjs';
import { afterAll, describe, expect, it } from 'vitest';
import { openBest, openEngine, probeEngines, type Engine, type HostArray, type PureFunction } from '../src/index.ts';

const floats = (shape: number[], ...data: number[]): HostArray => ({
  dtype: 'float32',
  shape,
  data: Float32Array.from(data),
});

/**
 * One step of gradient descent on |x A|^2, with a gather so that UnsortedSegmentSum is in the
 * gradient.
 */
const descend: PureFunction = ({ A, ids, x }) => {
  const loss = (w: tf.Tensor): tf.Scalar => tf.sum(tf.square(tf.matMul(tf.gather(x!, ids!), w as tf.Tensor2D)));
  const { value, grad } = tf.valueAndGrad(loss)(A!);
  const dx = tf.grad((t) => tf.sum(tf.square(tf.matMul(tf.gather(t, ids!), A as tf.Tensor2D))))(x!);
  return { loss: value, A: tf.sub(A!, tf.mul(0.1, grad)), dx, same: A! };
};

const ids: HostArray = { dtype: 'int32', shape: [3], data: Int32Array.from([1, 0, 1]) };

describe.each(['js', 'wasm'] as const)('the eager engine %s', (name) => {
  let engine: Engine | undefined;
  const open = async (): Promise<Engine> => (engine ??= await openEngine(name));
  afterAll(async () => engine?.close());

  it('runs forward and gradients as the arithmetic says', async () => {
    const e = await open();
    const A = e.put(floats([2, 2], 1, 2, 3, 4));
    const out = await e.program(descend).run({ A, ids, x: floats([2, 2], 1, 0, 0, 1) });
    // Rows gathered: [0,1], [1,0], [0,1] so x A = [3,4], [1,2], [3,4]; the loss is 25 + 5 + 25.
    expect((await e.get(out['loss']!)).data[0]).toBeCloseTo(55, 5);
    // dA = 2 xg^T (xg A): row 0 meets one example, row 1 two.
    expect([...(await e.get(out['A']!)).data].map((v) => Number(v.toFixed(5)))).toEqual([0.8, 1.6, 1.8, 2.4]);
    // dx = 2 (xg A) A^T summed over equal rows: x0 from [1,2], x1 twice from [3,4].
    expect([...(await e.get(out['dx']!)).data].map((v) => Math.round(v))).toEqual([10, 22, 44, 100]);
    e.free([A, ...Object.values(out)]);
    expect(e.alive()).toBe(0);
  });

  it('keeps state on the engine, leaks no tensor, and frees inputs and outputs apart', async () => {
    const e = await open();
    const program = e.program(descend);
    let A = e.put(floats([2, 2], 1, 2, 3, 4));
    const counts: number[] = [];
    for (let step = 0; step < 4; step += 1) {
      const out = await program.run({ A, ids, x: floats([2, 2], 0.1, 0, 0, 0.1) });
      e.free([A, out['loss']!, out['dx']!, out['same']!]);
      A = out['A']!;
      counts.push(tf.memory().numTensors, e.alive());
    }
    expect(new Set(counts.filter((_, i) => i % 2 === 0)).size).toBe(1);
    expect(counts.filter((_, i) => i % 2 === 1)).toEqual([1, 1, 1, 1]);
    e.free([A]);
  });

  it('frees everything when the function throws inside a gradient', async () => {
    const e = await open();
    const before = tf.memory().numTensors;
    const failing: PureFunction = ({ A }) => ({
      A: tf.grad((x) => {
        tf.sum(tf.exp(tf.square(x)));
        throw new Error('on purpose');
      })(A!),
    });
    await expect(e.program(failing).run({ A: floats([1], 2) })).rejects.toThrow('on purpose');
    expect(tf.memory().numTensors).toBe(before);
  });

  it('multiplies with transposed operands as without', async () => {
    const e = await open();
    const twice: PureFunction = ({ a, b }) => ({
      direct: tf.matMul(a!, b!, true, true),
      plain: tf.matMul(tf.transpose(a!, [0, 2, 1]), tf.transpose(b!, [0, 2, 1])),
    });
    const range = (n: number): Float32Array => Float32Array.from({ length: n }, (_, i) => Math.sin(i));
    const out = await e.program(twice).run({
      a: { dtype: 'float32', shape: [2, 3, 4], data: range(24) },
      b: { dtype: 'float32', shape: [2, 5, 3], data: range(30) },
    });
    expect([...(await e.get(out['direct']!)).data]).toEqual([...(await e.get(out['plain']!)).data]);
    e.free(Object.values(out));
  });

  it('refuses freed handles and arrays that do not fit their shape', async () => {
    const e = await open();
    const A = e.put(floats([1], 2));
    e.free([A]);
    await expect(e.get(A)).rejects.toThrow('freed');
    expect(() => e.put(floats([3], 1, 2))).toThrow('2 elements do not fill the shape [3]');
    // The types forbid it; data from elsewhere may still be so.
    const wrong = { dtype: 'int32', shape: [1], data: new Float32Array(1) } as unknown as HostArray;
    expect(() => e.put(wrong)).toThrow('needs a Int32Array');
  });
});

describe('choosing an engine', () => {
  it('probes all five, best first, and gives reasons', async () => {
    const probes = await probeEngines();
    expect(probes.map((p) => p.name)).toEqual(['gpu', 'onnx', 'tensorflow', 'wasm', 'js']);
    expect(probes.filter((p) => p.name === 'wasm' || p.name === 'js').every((p) => p.available)).toBe(true);
    expect(probes.every((p) => p.reason.length > 10)).toBe(true);
  });

  it('auto opens the first available one and says why', async () => {
    const first = (await probeEngines()).find((p) => p.available)!;
    const { engine, reason } = await openBest('auto');
    expect(engine.name).toBe(first.name);
    expect(reason).toContain(`auto: ${first.name}`);
    await engine.close();
  });

  it('names the allowed engines when the name is wrong', async () => {
    await expect(openEngine('cuda' as 'gpu')).rejects.toMatchObject({
      name: 'BadInput',
      message: 'Engine "cuda" is unknown: use one of gpu, onnx, tensorflow, wasm, js.',
    });
  });
});
