import { affine, noNoise, type Adapter, type HostParams, type LinearSpec } from '@lab/adapter';
import { readFloats, tf, type Engine, type Params } from '@lab/engine';
import { BadInput, present } from '@lab/records';
import type { Blueprint } from '../session/blueprint.ts';
import type { Row } from '../session/rows/rows.ts';
import { paddedBatch, type BatchTensors } from '../step/batch.ts';
import { passWith } from '../step/pass.ts';

/** Texts on which an estimate is made and its error measured. */
const texts = 64;

/** An adapter whose update became a matrix by an estimate. */
export interface Estimated {
  readonly adapter: Adapter;
  /** Root mean square of what the estimate is off, over that of the trained update, all maps. */
  readonly error: number;
  readonly texts: number;
}

/** What an estimate is made from: a trained adapter on a model, and texts. */
export interface EstimateInputs {
  readonly engine: Engine;
  readonly blueprint: Blueprint;
  readonly params: HostParams;
  readonly rows: readonly Row[];
  readonly maxTokens: number;
}

/** Sum of squares of every row, [.., n] -> [rows, 1], as an adapter records it. */
const squares = (x: tf.Tensor): tf.Tensor => tf.sum(tf.square(tf.reshape(x, [-1, x.shape.at(-1) ?? 1])), 1, true);

/** Means that an adapter's maps recorded over all texts in one deterministic pass, by name. */
const recordedBy = async (
  { engine, blueprint, params, rows, maxTokens }: EstimateInputs,
  linear: Adapter['linear'],
): Promise<ReadonlyMap<string, number>> => {
  const adapter = { ...blueprint.adapter, linear };
  const some = rows.slice(0, texts);
  const setting = { size: some.length, maxTokens, task: blueprint.task };
  const batch = paddedBatch(
    some,
    some.map((_, i) => i),
    setting,
  ).arrays;
  const program = engine.program((inputs: { frozen: Params; params: Params; batch: BatchTensors }) => ({
    recorded: passWith({ ...blueprint, adapter }, inputs, inputs.params, noNoise).recorded,
  }));
  const { recorded } = await program.run({ frozen: await blueprint.model.weights(), params, batch });
  const means = new Map<string, number>();
  for (const [name, handle] of Object.entries(recorded)) means.set(name, (await readFloats(engine, handle))[0] ?? NaN);
  engine.free(recorded);
  program.dispose();
  return means;
};

/**
 * An adapter whose update depends on the inputs of earlier maps, with the matrix that their sizes
 * on some texts suggest, and how far that is off on the same texts. Throws `BadInput` for an
 * adapter that has no estimate.
 */
export const estimatedAdapter = async (inputs: EstimateInputs): Promise<Estimated> => {
  const { adapter } = inputs.blueprint;
  const { deltaEstimate } = adapter;
  if (!deltaEstimate) throw new BadInput('--estimate: this adapter needs none, or has none');
  const own = new Set(adapter.targets.map(({ path }) => path));
  const sizes = await recordedBy(inputs, (spec, x, base, params, perturb, flow) => {
    if (own.has(spec.path)) flow?.record(spec.path, squares(x));
    return adapter.linear(spec, x, base, params, perturb, flow);
  });
  const sizeOf = (path: string): number => Math.sqrt(present(sizes.get(path), `inputs of ${path}`));
  const delta = (spec: LinearSpec, params: HostParams): Float32Array => deltaEstimate(spec, params, sizeOf);
  const errors = await recordedBy(inputs, (spec, x, base, params, perturb, flow) => {
    const exact = adapter.linear(spec, x, base, params, perturb, flow);
    const plain = affine(x, base);
    const update = tf.tensor2d(delta(spec, inputs.params), [spec.dIn, spec.dOut]);
    flow?.record(`${spec.path}/off`, squares(tf.sub(exact, affine(x, { ...base, W: tf.add(base.W, update) }))));
    flow?.record(`${spec.path}/whole`, squares(tf.sub(exact, plain)));
    return exact;
  });
  const total = (part: string): number =>
    adapter.targets.reduce((sum, { path }) => sum + present(errors.get(`${path}/${part}`), path), 0);
  return {
    adapter: { ...adapter, delta },
    error: Math.sqrt(total('off') / total('whole')),
    texts: Math.min(texts, inputs.rows.length),
  };
};
