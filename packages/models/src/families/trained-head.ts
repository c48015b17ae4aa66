import type { FrozenTensor } from '@lab/adapter';
import type { HeadTensor, TrainedHead } from '../class-head.ts';
import type { Anatomy, Family } from './anatomy.ts';
import { loadTensors, storedName } from './load.ts';
import type { Source } from './source.ts';

/** What transformers draws fresh kernels with where config.json does not say. */
const USUAL_STD = 0.02;

const stdOf = (config: object): number => {
  const found = new Map<string, unknown>(Object.entries(config));
  return (
    ['initializer_range', 'init_std'].map((name) => found.get(name)).find((value) => typeof value === 'number') ??
    USUAL_STD
  );
};

const kindOf = ({ name }: FrozenTensor, { linears }: Anatomy): HeadTensor['kind'] => {
  if (name.endsWith('.bias')) return 'bias';
  return linears.some(({ path }) => name === `${path}.weight`) ? 'kernel' : 'norm';
};

/** The tensors of a classification head that is trained, and where they start. */
export const trainedHeadOf = (
  { checkpoint, config }: Source,
  { prefix }: Family,
  anatomy: Anatomy,
  tensors: readonly FrozenTensor[],
): TrainedHead => {
  const std = stdOf(config);
  return {
    tensors: tensors.map((spec) => ({ name: spec.name, shape: spec.shape, kind: kindOf(spec, anatomy) })),
    std: anatomy.headStd ?? { dense: std, linear: std },
    stored: () =>
      loadTensors(
        checkpoint,
        tensors.filter(({ name }) => storedName(checkpoint, name, prefix) !== undefined),
        prefix,
      ),
  };
};
