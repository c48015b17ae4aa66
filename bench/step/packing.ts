/**
 * Processor time of one optimiser step on packed texts, as a share of the same step on padded ones.
 * Both see the same rows, masks and start, in turns. `npx tsx bench/step/packing.ts [data set ...]`
 */
import { fold, key, permutation } from '@lab/random';
import { adamWScalars, floats, openEngine, readFloats, scalar } from '@lab/engine';
import { decayVector, ladderOf, lengthOf, openWorkshop, paddedBatch, type Batch } from '@lab/runner';
import { median } from '@lab/report/internals';
import { LONGEST_TEXT, prepared } from '../shared/prepared.ts';
import { timed } from '../shared/processor.ts';

const BATCHES = 12;
const ROUNDS = 5;

const engine = await openEngine('onnx', { threads: 1 });
const workshop = openWorkshop(engine);
const oneSample = { dropout: { name: 'lora-dropout', samples: 1 } };

/** Median ratio of packed to padded over batches in random order, and the share of real tokens. */
const compare = async (dataset: string): Promise<{ readonly ratio: number; readonly real: number }> => {
  const { config, blueprint, rows } = await prepared(dataset, oneSample);
  const ladder = ladderOf(rows.train.map(lengthOf), config.train.maxTokens);
  const session = await workshop.open(blueprint, { ...config.train, ladder });
  const decay = engine.put(floats(decayVector(blueprint, config.train.weightDecay)));
  const root = key(config.seed);
  const state = await session.start(root);
  const { batchSize, maxTokens } = config.train;
  const order = permutation(fold(root, 'order'), rows.train.length);

  const step = async (batch: Batch): Promise<void> => {
    const masks = session.masks.training(batch, { key: fold(root, 'mask'), progress: 0 });
    const { correction1, correction2 } = adamWScalars(1);
    const rates = { lr: scalar(1e-3), correction1: scalar(correction1), correction2: scalar(correction2) };
    const inputs = { batch: batch.arrays, masks, share: scalar(1), decay, rates, controls: {} };
    const { state: next, loss } = await session.step({ ...state, ...inputs });
    await readFloats(engine, loss);
    engine.free({ next, loss });
  };

  const ratios: number[] = [];
  let tokens = 0;
  let places = 0;
  for (let b = 0; b < BATCHES; b++) {
    const indices = [...order.slice(b * batchSize, (b + 1) * batchSize)];
    const packed = session.batch(rows.train, indices);
    const padded = paddedBatch(rows.train, indices, { size: batchSize, maxTokens, task: blueprint.task });
    tokens += padded.lengths.reduce((sum, length) => sum + length, 0);
    places += padded.shape.rows * padded.shape.tokens;
    // Both shapes are compiled and warm before anything is timed.
    for (const batch of [packed, padded, packed, padded]) await step(batch);
    for (let round = 0; round < ROUNDS; round++) {
      const { processor: one } = await timed(() => step(packed));
      ratios.push(one / (await timed(() => step(padded))).processor);
    }
  }
  engine.free({ state, decay });
  return { ratio: median(ratios), real: tokens / places };
};

const given = process.argv.slice(2);
console.log('| data | packed over padded | share of real tokens |\n|---|--:|--:|');
for (const dataset of given.length > 0 ? given : ['imdb', 'yelp', 'amazon']) {
  const { ratio, real } = await compare(dataset);
  console.log(`| ${dataset}, use-lite, ${LONGEST_TEXT} tokens | ${ratio.toFixed(2)} | ${real.toFixed(2)} |`);
}
await workshop.close();
