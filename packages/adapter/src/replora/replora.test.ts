import { present } from '@lab/records';
import { tf } from '@lab/engine';
import { expect, it } from 'vitest';
import { adapters, merge } from '../index.ts';
import { loraDelta } from '../lora/delta.ts';
import { plainModel } from '../size/describe.ts';
import { linears, output, tensors, tiny, trained, weights } from '../../test/tiny.ts';
import { matrixAt, tensorAt } from '../named.ts';

const options = { name: 'replora', r: 3, hidden: 2, embedding: 4, alpha: 3 };
const adapter = adapters.build(adapters.parse({ ...options, target_modules: linears.map(({ path }) => path) }), tiny);

it('is LoRA with the factors that its networks make, which are then no longer needed', () => {
  const values = trained(adapter);
  const made = tf.tidy(() => {
    const params = tensors(values);
    const rows = (path: string, side: string) =>
      tf.matMul(
        tf.tanh(
          tf.matMul(matrixAt(params, `layer.0.rep.embedding_${side}`), tensorAt(params, `layer.0.rep.hidden_${side}`)),
        ),
        matrixAt(params, `${path}.out_${side}`),
      );
    return linears.map(({ path }) => ({ A: rows(path, 'A').dataSync(), B: tf.transpose(rows(path, 'B')).dataSync() }));
  });
  linears.forEach((spec, i) => {
    const { A, B } = present(made[i]);
    const expected = loraDelta(A as Float32Array, B as Float32Array, {
      r: 3,
      dIn: spec.dIn,
      dOut: spec.dOut,
      scale: 1,
    });
    present(adapter.delta)(spec, values).forEach((x, at) =>
      expect(Math.abs(x - present(expected[at]))).toBeLessThan(1e-6),
    );
  });
  expect(merge(adapter, weights, values)).not.toEqual(weights);
});

it('a shared parameter moves every map of its layer', () => {
  tf.tidy(() => {
    const values = tensors(trained(adapter));
    const rows = (params: typeof values) => {
      const before = output(adapter, params).dataSync();
      return before;
    };
    const name = 'layer.0.rep.embedding_B';
    expect(rows({ ...values, [name]: tf.neg(present(values[name])) })).not.toEqual(rows(values));
  });
  const moved = {
    ...trained(adapter),
    'layer.0.rep.embedding_B': {
      ...trained(adapter)['layer.0.rep.embedding_B']!,
      data: new Float32Array(12).fill(0.4),
    },
  };
  for (const spec of linears)
    expect(present(adapter.delta)(spec, moved)).not.toEqual(present(adapter.delta)(spec, trained(adapter)));
});

it('has h (d_in + d_out) parameters a map and 2 (r e + e h) a layer', () => {
  const { params } = adapters.build(
    adapters.parse({ ...options, target_modules: ['query', 'value'] }),
    plainModel(64, 3),
  );
  const size = params.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b), 0);
  expect(size).toBe(3 * (2 * 2 * 128 + 2 * (12 + 8)));
});
