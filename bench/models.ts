/**
 * Times one training step's gradient (forward and backward, LoRA on every linear map) of every
 * model family, on small random checkpoints.
 *
 *   npm run bench -- models [--engines onnx,wasm] [--rounds 10]
 */
import { parseArgs } from 'node:util';
import { adapters, forwardWith, noNoise } from '@lab/adapter';
import { fold, key } from '@lab/random';
import { layoutOf, openEngine, pack, tf, unpack, valueAndGrad, type EngineName, type HostArray } from '@lab/engine';
import { CASES, openCase } from '@lab/models/testing';

const [BATCH, TOKENS] = [8, 8];

const { values } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== 'models'),
  options: { engines: { type: 'string', default: 'onnx,wasm' }, rounds: { type: 'string', default: '10' } },
});

type Inputs = { readonly [name: string]: HostArray };

/**
 * The gradient of the mean square of the last hidden states by all LoRA matrices, and what it takes
 * as input.
 */
const stepOf = async (one: (typeof CASES)[number]) => {
  const model = await openCase(one);
  const adapter = adapters.build(adapters.parse({ name: 'lora', r: 8, target_modules: 'all-linear' }), model);
  const layout = layoutOf(adapter.params);
  const start = Object.fromEntries(
    adapter.params.map(({ name, shape, init }) => [name, tf.tensor(init(fold(key(0), name)), [...shape])]),
  );
  const theta = pack(layout, start).dataSync<'float32'>();
  const shape = [BATCH, TOKENS];
  const tokens: Inputs = {
    ids: { dtype: 'int32', shape, data: Int32Array.from({ length: BATCH * TOKENS }, (_, i) => 3 + (i % 11)) },
    valid: { dtype: 'float32', shape, data: new Float32Array(BATCH * TOKENS).fill(1) },
    theta: { dtype: 'float32', shape: [layout.size], data: theta },
  };
  const weights = Object.entries(await model.weights()).map(([name, array]) => [`weight/${name}`, array] as const);
  const step = ({ ids, valid, theta: at, ...rest }: { readonly [name: string]: tf.Tensor }) => {
    const frozen = Object.fromEntries(Object.entries(rest).map(([name, w]) => [name.slice('weight/'.length), w]));
    const batch = { ids: ids as tf.Tensor2D, valid: valid as tf.Tensor2D, extra: {} };
    const { grad } = valueAndGrad((flat) => {
      const forward = forwardWith(model, adapter, frozen, unpack(layout, flat), noNoise);
      return tf.mean(tf.square(model.encode(forward, batch))) as tf.Scalar;
    }, at as tf.Tensor1D);
    return { grad };
  };
  return { step, inputs: { ...tokens, ...Object.fromEntries(weights) } };
};

/** Milliseconds of the middle one of `rounds` steps, after one that compiles. */
const timed = async (name: EngineName, one: (typeof CASES)[number], rounds: number): Promise<number> => {
  const engine = await openEngine(name, { threads: 1 });
  const { step, inputs } = await stepOf(one);
  const program = engine.program(step);
  const held = Object.fromEntries(Object.entries(inputs).map(([input, array]) => [input, engine.put(array)]));
  const times: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const from = performance.now();
    const { grad } = await program.run(held);
    await engine.get(grad!);
    if (round > 0) times.push(performance.now() - from);
    engine.free([grad!]);
  }
  await engine.close();
  return times.sort((a, b) => a - b)[Math.floor(rounds / 2)]!;
};

const engines = values.engines.split(',') as EngineName[];
console.log(`| checkpoint | family | ${engines.map((name) => `${name}, ms a step`).join(' | ')} |`);
console.log(`| --- | --- | ${engines.map(() => '---:').join(' | ')} |`);
for (const one of CASES) {
  const cells: string[] = [];
  for (const name of engines) cells.push((await timed(name, one, Number(values.rounds))).toFixed(1));
  console.log(`| ${one.folder} | ${one.family} | ${cells.join(' | ')} |`);
}
