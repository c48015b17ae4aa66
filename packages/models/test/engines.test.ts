import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openEngine, readSafetensors, tf, type Engine } from '@lab/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CASES, fixtureFolder, openCase, type Case } from './parity.ts';
import { plainForward } from './plain-forward.ts';

/** One case of each way to compute; the others differ in sizes. */
const CHOSEN = [
  'bert-pooler',
  'distilbert',
  'llama-three',
  'gpt2-scaled',
  'deberta-v3',
  'deberta-apart',
  'opt-post-norm',
];

/**
 * Hidden states, and the gradient of a loss in the first linear map's kernel, as one pure function
 * of weights and batch.
 */
const runOn = async (engine: Engine, one: Case) => {
  const model = await openCase(one);
  const { tensors } = readSafetensors(readFileSync(join(fixtureFolder(one.folder), 'expected.safetensors')));
  const kernel = `${model.linears[0]!.path}.weight`;
  const program = engine.program(({ ids, valid, types, ...rest }) => {
    const weights = Object.fromEntries(Object.entries(rest).map(([name, tensor]) => [name.slice(2), tensor]));
    const batch = { ids: ids as tf.Tensor2D, valid: valid as tf.Tensor2D, extra: types ? { types } : {} };
    const encode = (W: tf.Tensor) => model.encode(plainForward({ ...weights, [kernel]: W }), batch);
    const loss = (W: tf.Tensor): tf.Scalar => {
      const hidden = encode(W);
      return tf.sum(tf.square(model.pool(plainForward({ ...weights, [kernel]: W }), hidden, batch))) as tf.Scalar;
    };
    const start = weights[kernel]!;
    return { hidden: tf.mul(encode(start), tf.expandDims(batch.valid, -1)), gradient: tf.grad(loss)(start) };
  });
  const weights = Object.fromEntries(
    Object.entries(await model.weights()).map(([name, array]) => [`w/${name}`, array]),
  );
  const { ids, valid, types } = tensors;
  const out = await program.run({ ids: ids!, valid: valid!, ...(types ? { types } : {}), ...weights });
  const found = { hidden: (await engine.get(out.hidden)).data, gradient: (await engine.get(out.gradient)).data };
  engine.free(out);
  program.dispose();
  return found;
};

const worst = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((most, x, i) => Math.max(most, Math.abs(x - b[i]!)), 0);

describe.each(['wasm', 'onnx'] as const)('%s', (name) => {
  let engine: Engine;
  let js: Engine;
  beforeAll(async () => {
    js = await openEngine('js');
    engine = await openEngine(name);
  });
  afterAll(async () => {
    await engine.close();
    await js.close();
  });

  it.each(CASES.filter(({ folder }) => CHOSEN.includes(folder)))(
    'computes $folder as plain JavaScript does',
    async (one) => {
      const expected = await runOn(js, one);
      const found = await runOn(engine, one);
      const size = Math.max(...Array.from(expected.gradient, Math.abs));
      expect(size).toBeGreaterThan(0);
      // float32 sums in another order: some tens of roundings of numbers of size 1 to 10.
      expect(worst(found.hidden, expected.hidden)).toBeLessThan(2e-5);
      expect(worst(found.gradient, expected.gradient)).toBeLessThan(2e-5 * Math.max(1, size));
      expect(found.hidden).toHaveLength(expected.hidden.length);
    },
  );
});
