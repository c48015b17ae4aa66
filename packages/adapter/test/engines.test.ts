import { present } from '@lab/records';
import { layoutOf, openEngine, tf, unpack, valueAndGrad, type Float32HostArray, type Params } from '@lab/engine';
import { describe, expect, it } from 'vitest';
import { adapters, type Adapter } from '../src/index.ts';
import { drawn, linears, passed, tensors, tiny, trained, weights } from './tiny.ts';
import { floatsAt } from '../src/named.ts';

type Arrays = { readonly [name: string]: Float32HostArray };

const below = (inputs: Params, prefix: string): Params =>
  Object.fromEntries(
    Object.entries(inputs)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => [name.slice(prefix.length), value]),
  );

/** One step's worth of an adapter: loss, gradient, penalty and the update of its state. */
const step =
  (adapter: Adapter) =>
  (inputs: Params): Params => {
    const layout = layoutOf(adapter.params);
    const loss = (theta: tf.Tensor1D) => {
      const params = unpack(layout, theta);
      const pass = passed(adapter, params, below(inputs, 'weight/'));
      const task = tf.sum(tf.square(pass.output));
      return (adapter.penalty ? tf.add(task, adapter.penalty(params, pass.recorded)) : task) as tf.Scalar;
    };
    const { value, grad } = valueAndGrad(loss, inputs.theta as tf.Tensor1D);
    const params = unpack(layout, inputs.theta as tf.Tensor1D);
    const updated = adapter.state?.update({
      params,
      grads: unpack(layout, grad),
      slots: below(inputs, 'slot/'),
      inputs: below(inputs, 'adapter/'),
      moments: () => ({ m: unpack(layout, grad), v: unpack(layout, tf.abs(grad)) }),
    });
    const { m = {}, v = {} } = updated?.moments ?? {};
    const moved = Object.entries({ m, v }).flatMap(([which, all]) =>
      Object.entries(all).map(([name, value]) => [`${which}/${name}`, value] as const),
    );
    return { value, grad, ...(updated ? { ...updated.params, ...updated.slots } : {}), ...Object.fromEntries(moved) };
  };

const inputsOf = ({ params, state }: Adapter, arrays: Arrays): Arrays => {
  const theta = Float32Array.from(params.flatMap(({ name }) => [...floatsAt(arrays, name)]));
  const scalars = Object.entries(state?.inputs({ step: 7, steps: 12 }) ?? {});
  return {
    theta: { dtype: 'float32', shape: [theta.length], data: theta },
    ...Object.fromEntries(Object.entries(weights).map(([name, array]) => [`weight/${name}`, array])),
    ...Object.fromEntries(
      (state?.slots ?? []).map(({ name, shape }) => {
        const slot = drawn(`slot ${name}`, shape);
        return [`slot/${name}`, { ...slot, data: slot.data.map(Math.abs) }];
      }),
    ),
    ...Object.fromEntries(
      scalars.map(([name, x]) => [
        `adapter/${name}`,
        { dtype: 'float32', shape: [], data: Float32Array.of(x) } as const,
      ]),
    ),
  };
};

const trainable = adapters.entries
  .filter(({ name }) => name !== 'none')
  .map(({ name, options }) => {
    const everywhere = 'target_modules' in options.shape ? { target_modules: linears.map(({ path }) => path) } : {};
    return [name, adapters.build(adapters.parse({ name, ...everywhere }), tiny)] as const;
  });

describe.each(['wasm', 'onnx'] as const)('on %s', (engineName) => {
  it.each(trainable)('%s steps as on plain JavaScript', async (_, adapter) => {
    const arrays = inputsOf(adapter, trained(adapter));
    await openEngine('js').then((engine) => engine.close());
    await tf.setBackend('cpu');
    const eager = tf.tidy(() => step(adapter)(tensors(arrays)));
    const expected = await Promise.all(Object.entries(eager).map(async ([k, t]) => [k, await t.data()] as const));
    const engine = await openEngine(engineName, { threads: 1 });
    const program = engine.program(step(adapter));
    const outputs = await program.run(arrays);
    for (const [name, values] of expected) {
      const { data } = await engine.get(present(outputs[name]));
      // Float32 sums in another order: some hundred terms, relative to the largest of them.
      const size = Array.from(values).reduce((a, b) => Math.max(a, Math.abs(b)), 1);
      data.forEach((x, i) => expect(Math.abs(x - present(values[i]))).toBeLessThan(2e-5 * size));
    }
    program.dispose();
    engine.free(Object.values(outputs));
    await engine.close();
  });
});
