import { adapters, isMergeable, mergedWeights, type Adapter } from '@lab/adapter';
import { ownerOf } from '@lab/dropout';
import { sizeOf, unpack, type Params } from '@lab/engine';
import type { Blueprint } from '../session/blueprint.ts';
import type { BatchShape } from '../session/shape.ts';
import type { MaskedBatch } from './masks.ts';
import { perturbOf, type Pass, type PredictInputs } from './pass.ts';

/** Masks on parameters are the same for every batch, so any batch serves to draw them. */
const shape: BatchShape = { rows: 2, tokens: 8 };
export const anyBatch: MaskedBatch = { shape, lengths: Int32Array.of(8, 8) };

/** Most numbers of merged weights, 1 GiB: they lie beside the frozen ones while a split is read. */
const MOST_MERGED = 2 ** 28;

const isLarge = ({ targets }: Adapter): boolean =>
  targets.reduce((sum, { dIn, dOut }) => sum + sizeOf([dIn, dOut]), 0) > MOST_MERGED;

/** Whether noise acts on the matrices of the adapter alone, which all tokens of a batch share. */
const onMatrices = (noise: Blueprint['method']['noise']): boolean =>
  noise.every((one) => ownerOf(one) === 'parameters');

/**
 * Whether one way of reading is the plain model with other weights: the adapter's update can be
 * added to the frozen weights, and noise, where there is any, is one for all tokens and batches.
 */
export const isMerged = ({ adapter, method, base }: Blueprint, pass: Pass): boolean => {
  // Merged weights are float32, and products with them another reading of a base in fewer bits.
  if (base === 'float16' || base === 'int8') return false;
  if (!isMergeable(adapter) || isLarge(adapter)) return false;
  if (pass === 'deterministic') return true;
  if (pass === 'member') return onMatrices(method.testNoise ?? method.noise);
  // Noise on token values does not reach relative positions, so a shared map has two factors.
  const positions = adapter.targets.some(({ per, positions: shared }) => per === 'position' || shared);
  return !positions || onMatrices(method.noise);
};

/** The weights and biases of all targets with the trained update in them, one way of reading. */
export const mergeProgram =
  (blueprint: Blueprint, pass: Pass) =>
  ({ theta, frozen, masks }: Omit<PredictInputs, 'batch'>): Params => {
    const perturb = perturbOf(blueprint, pass, { shape, drawn: masks });
    return mergedWeights(blueprint.adapter, frozen, unpack(blueprint.layout, theta), perturb);
  };

/** The same model and head without an adapter: what reads merged weights. */
export const plainBlueprint = (blueprint: Blueprint): Blueprint => ({
  ...blueprint,
  adapter: adapters.build(adapters.parse({ name: 'none' }), blueprint.model),
});
