import { adapters, adapterSize, type LinearSpec } from '@lab/adapter';
import { methods, type Dropout } from '@lab/dropout';
import { generationSchema, type Skeleton } from '@lab/models';
import type { RunConfig } from '@lab/records';
import { TRAIN_SAMPLE } from '@lab/runner';
import type { DataSize, SplitSize } from './rows.ts';

/** What a run asks of a machine. */
export interface Work {
  readonly steps: number;
  /** Floating-point operations of training and of evaluation, in units of 10^9. */
  readonly trainGflop: number;
  readonly evaluationGflop: number;
  /** Resident memory of a worker, in MB. */
  readonly memoryMB: number;
  /** What the finished run leaves on disk, in MB. */
  readonly diskMB: number;
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const product = ({ dIn, dOut }: LinearSpec): number => 2 * dIn * dOut;

/** Relative positions that pass through a map of DeBERTa, at most. */
const mostDistances = 512;

/** Operations of one forward pass over a text, in 10^9. */
const forwardGflop = ({ model, vocabulary }: Skeleton, tokens: number, batchSize: number): number => {
  const { linears, layers, width } = model;
  const perToken = sum(linears.filter(({ per }) => per === 'token').map(product));
  const perText = sum(linears.filter(({ per }) => per === 'example').map(product));
  const onDistances = linears.filter(({ per, positions }) => per === 'position' || positions === true);
  const distances = Math.min(2 * tokens, mostDistances);
  // Scores and mixing, and twice more scores where distances have their own.
  const attention = (4 + (onDistances.length > 0 ? 4 : 0)) * layers * width * tokens * tokens;
  const shared = (sum(onDistances.map(product)) * distances) / batchSize;
  return (tokens * (perToken + 2 * vocabulary * width) + perText + attention + shared) / 1e9;
};

/** Forward passes' worth of work of a training step on one text. */
const trainingPasses = ({ samples, consistency }: Dropout, full: boolean): number => {
  // Forward, and backward through the activations; whole weights need their own gradient besides.
  const one = full ? 3 : 2;
  if (!consistency) return samples * one;
  return samples * one + (consistency.branches === 2 ? one : 1);
};

/** Single passes and members that a split is read with. */
const readings = (method: Dropout, members: number): { readonly single: number; readonly members: number } => {
  const noise = method.testNoise ?? method.noise;
  const onUpdate = noise.some(({ site }) => site.startsWith('lora.'));
  return { single: onUpdate ? 2 : 1, members: noise.length > 0 ? members : 0 };
};

/** Tokens that a written text has, as a share of the most allowed. */
const usualLength = 0.5;

/** Operations of writing the texts of a split, in 10^9. */
const writingGflop = (config: RunConfig, shape: Skeleton, { rows }: SplitSize, ways: number): number => {
  const { numBeams, maxNewTokens } = generationSchema.parse(config.generation ?? {});
  return ways * rows * numBeams * usualLength * maxNewTokens * forwardGflop(shape, 1, 1);
};

const evaluationGflopOf = (config: RunConfig, shape: Skeleton, method: Dropout, data: DataSize): number => {
  const { train, members, select, trainReading } = config;
  const ways = readings(method, members);
  const read = ({ rows, tokens }: SplitSize, passes: number): number =>
    passes * rows * forwardGflop(shape, tokens, train.batchSize);
  const all = ways.single + ways.members;
  const along = select !== 'last' && method.evaluate.readout.startsWith('ensemble') ? all : ways.single;
  const sampled = trainReading === 'whole' ? data.train.rows : Math.min(TRAIN_SAMPLE, data.train.rows);
  return (
    (train.epochs / train.evalEvery) * read(data.validation, along) +
    read(data.validation, all) +
    read(data.test, all) +
    read({ ...data.train, rows: sampled }, ways.single) +
    (data.written ? writingGflop(config, shape, data.test, ways.single) : 0)
  );
};

/** Memory of the program, its engine and a small model, in MB. */
const atLeastMB = 600;

/**
 * Weights (and once more while they are handed over), and the activations of a step: what every map
 * reads and writes, and three tables of scores a layer, in float32.
 */
const memoryOf = (config: RunConfig, { model, parameters }: Skeleton, data: DataSize, trained: number): number => {
  const { batchSize, accumulate = 1, maxTokens } = config.train;
  const tokens = Math.min(maxTokens, 1.5 * data.train.tokens);
  const heads = Math.max(1, Math.round(model.width / 64));
  const perToken = sum(model.linears.filter(({ per }) => per === 'token').map(({ dIn, dOut }) => dIn + dOut));
  const activations = (batchSize / accumulate) * tokens * (perToken + 3 * model.layers * heads * tokens);
  return atLeastMB + (4 * (1.2 * parameters + activations + 5 * trained)) / 1e6;
};

/** Characters that a stored number takes in predictions. */
const charactersOfNumber = 10;

const diskOf = ({ members }: RunConfig, method: Dropout, data: DataSize, trained: number): number => {
  const ways = readings(method, members);
  const numbers = (ways.single + ways.members) * Math.max(1, data.outputs);
  const predictions = (data.test.rows + data.validation.rows) * (60 + charactersOfNumber * numbers);
  return (4 * trained + predictions + 20_000) / 1e6;
};

/** What a config asks of a machine, from its model's shape and the size of its data. */
export const workOfRun = (config: RunConfig, shape: Skeleton, data: DataSize): Work => {
  const method = methods.build(config.dropout);
  const trained = adapterSize(adapters.build(config.adapter, shape.model));
  const { epochs, batchSize } = config.train;
  const step = trainingPasses(method, config.adapter.name === 'full');
  return {
    steps: epochs * Math.ceil(data.train.rows / batchSize),
    trainGflop: epochs * data.train.rows * step * forwardGflop(shape, data.train.tokens, batchSize),
    evaluationGflop: evaluationGflopOf(config, shape, method, data),
    memoryMB: memoryOf(config, shape, data, trained),
    diskMB: diskOf(config, method, data, trained),
  };
};
