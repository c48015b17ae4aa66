/**
 * What a frozen base in fewer bits does to a step: processor time of a gradient as a share of
 * float32, in turns, the cosine of the gradient to that of float32, and the memory of the frozen
 * matrices. `npx tsx bench/step/base.ts [data set ...]`
 */
import { openEngine, readFloats, scalar, STORAGES, type Storage } from '@lab/engine';
import { fold, key, permutation } from '@lab/random';
import { median } from '@lab/report/internals';
import { ladderOf, lengthOf, openWorkshop } from '@lab/runner';
import { movedTheta } from '../shared/moved.ts';
import { prepared } from '../shared/prepared.ts';
import { timed } from '../shared/processor.ts';

const BATCHES = 4;
const ROUNDS = 4;

const engine = await openEngine('onnx', { threads: 1 });
const oneSample = { dropout: { name: 'lora-dropout', samples: 1 } };

/** Bytes of a frozen weight as it is kept. */
const bytesOf: { readonly [storage in Storage]: number } = { float32: 4, float16: 2, 'int8-backward': 5, int8: 1 };

/** A gradient of a batch in the given way of keeping the base, with its processor time. */
const laneOf = async (dataset: string, base: Storage) => {
  const { config, blueprint, rows } = await prepared(dataset, { ...oneSample, base });
  const workshop = openWorkshop({ ...engine, close: async () => undefined });
  const ladder = ladderOf(rows.train.map(lengthOf), config.train.maxTokens);
  const session = await workshop.open(blueprint, { ...config.train, ladder });
  const root = key(config.seed);
  const theta = await movedTheta(session, root, fold(root, 'moved'));
  const order = permutation(fold(root, 'order'), rows.train.length);
  const { batchSize } = config.train;
  const gradient = async (b: number): Promise<{ readonly grad: Float32Array; readonly time: number }> => {
    const batch = session.batch(rows.train, [...order.slice(b * batchSize, (b + 1) * batchSize)]);
    const masks = session.masks.training(batch, { key: fold(root, 'mask'), progress: 0 });
    const { value, processor } = await timed(async () => {
      const slope = await session.gradient({ theta, batch: batch.arrays, masks, share: scalar(1) });
      return { slope, grad: await readFloats(engine, slope.grad) };
    });
    engine.free(value.slope);
    return { grad: Float32Array.from(value.grad), time: processor };
  };
  const matrices = blueprint.model.linears.reduce((sum, { dIn, dOut }) => sum + dIn * dOut, 0);
  return { gradient, megabytes: (matrices * bytesOf[base]) / 1e6, close: () => workshop.close() };
};

const cosine = (a: Float32Array, b: Float32Array): number => {
  const dot = a.reduce((sum, x, i) => sum + x * (b[i] ?? NaN), 0);
  return dot / (Math.hypot(...a) * Math.hypot(...b));
};

const given = process.argv.slice(2);
console.log('| data | base | time over float32 | least cosine of the gradient | frozen matrices, MB |');
console.log('|---|---|--:|--:|--:|');
for (const dataset of given.length > 0 ? given : ['imdb', 'yelp', 'amazon']) {
  const whole = await laneOf(dataset, 'float32');
  for (const base of STORAGES.filter((storage) => storage !== 'float32')) {
    const lane = await laneOf(dataset, base);
    const ratios: number[] = [];
    const cosines: number[] = [];
    for (let b = 0; b < BATCHES; b++) {
      // The first turn compiles.
      cosines.push(cosine((await lane.gradient(b)).grad, (await whole.gradient(b)).grad));
      for (let round = 0; round < ROUNDS; round++)
        ratios.push((await lane.gradient(b)).time / (await whole.gradient(b)).time);
    }
    const cells = [
      dataset,
      base,
      median(ratios).toFixed(2),
      Math.min(...cosines).toFixed(5),
      lane.megabytes.toFixed(1),
    ];
    console.log(`| ${cells.join(' | ')} |`);
    await lane.close();
  }
  await whole.close();
}
await engine.close();
