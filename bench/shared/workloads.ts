import { tmpdir } from 'node:os';
import type { Model } from '@lab/adapter';
import { datasets } from '@lab/datasets';
import { models } from '@lab/models';
import { fold, integer, key, normal } from '@lab/random';
import { sizeOf, type Float32HostArray } from '@lab/engine';
import { type Anatomy, bert } from '@lab/models/internals';
import {
  type Batch,
  type Blueprint,
  blueprintOf,
  encodeRows,
  makeBatch,
  planRun,
  type SessionSize,
  settingOf,
} from '@lab/runner';

/** What one step works on; the same numbers go to the peers. */
export type WorkloadShape = {
  readonly name: string;
  readonly kind: 'use-lite' | 'bert';
  readonly layers: number;
  readonly width: number;
  readonly ffn: number;
  readonly heads: number;
  readonly vocabulary: number;
  readonly r: number;
  readonly alpha: number;
  /** Probability of dropping an element of a LoRA matrix. */
  readonly p: number;
  readonly batch: number;
  readonly tokens: number;
  /** Tokens of each row before padding. */
  readonly lengths: readonly number[];
};

export type Workload = {
  readonly shape: WorkloadShape;
  readonly blueprint: Blueprint;
  readonly batch: Batch;
  readonly size: SessionSize;
};

const BATCH = 16;
const lora = { name: 'lora', r: 8, alpha: 16 } as const;
const dropout = { name: 'lora-dropout', p: 0.3, samples: 1 } as const;
const root = key(7);

/**
 * A Model of a BERT config: weights of the usual size drawn from keys, texts as random ids that
 * fill the whole length.
 */
const randomBert = (layers: number, width: number, tokens: number, vocabulary: number): Model => {
  const config = {
    vocab_size: vocabulary,
    hidden_size: width,
    num_hidden_layers: layers,
    num_attention_heads: width / 32,
    intermediate_size: 4 * width,
    max_position_embeddings: 512,
  };
  const anatomy: Anatomy = bert.describe(config, { pooling: 'cls', lm: false }, 'bench');
  const draw = (name: string, shape: readonly number[]): Float32HostArray => {
    const spread = name.includes('LayerNorm') || shape.length < 2 ? 0 : 0.02;
    const offset = name.endsWith('LayerNorm.weight') ? 1 : 0;
    return {
      dtype: 'float32',
      shape,
      data: normal(fold(root, name), sizeOf(shape)).map((value) => offset + spread * value),
    };
  };
  return {
    ...anatomy,
    name: `bert ${layers}x${width}`,
    pairs: 'cross-encoder',
    weights: async () => Object.fromEntries(anatomy.tensors.map(({ name, shape }) => [name, draw(name, shape)])),
    tokenize: (text) => ({
      ids: Int32Array.from({ length: tokens }, (_, t) => integer(fold(fold(root, text), t), vocabulary)),
    }),
  };
};

/** Every workload by name: builds the model and one batch. */
export const WORKLOADS = {
  'use-lite': () => build('use-lite', { ffn: 1536, heads: 4, vocabulary: 8002, maxTokens: 48 }),
  small: () => build('small', { layers: 6, width: 384, ffn: 1536, heads: 12, vocabulary: 30522, maxTokens: 64 }),
  tiny: () => build('tiny', { layers: 2, width: 128, ffn: 512, heads: 4, vocabulary: 30522, maxTokens: 48 }),
} as const;

export type WorkloadName = keyof typeof WORKLOADS;

/** The workload "small" with adapters only from a layer on; what lies below is frozen. */
export const smallFrom = (layer: number): Promise<Workload> =>
  build('small', { layers: 6, width: 384, ffn: 1536, heads: 12, vocabulary: 30522, maxTokens: 64 }, layer);

type Sizes = {
  readonly layers?: number;
  readonly width?: number;
  readonly ffn: number;
  readonly heads: number;
  readonly vocabulary: number;
  readonly maxTokens: number;
};

async function build(
  name: string,
  { layers, width, ffn, heads, vocabulary, maxTokens }: Sizes,
  firstAdapted = 0,
): Promise<Workload> {
  const bertLike = layers !== undefined && width !== undefined;
  const model = bertLike
    ? randomBert(layers, width, maxTokens, vocabulary)
    : await models.build(models.parse({ name: 'use-lite' }), {});
  // BERT without its pooler has no other linear maps than the six; use-lite's residual map stays as
  // it is.
  const layerOf = (path: string): number => Number(/\.(\d+)\./.exec(path)?.[1] ?? 0);
  const adapted = model.linears.map(({ path }) => path).filter((path) => layerOf(path) >= firstAdapted);
  const adapter = bertLike ? { ...lora, target_modules: firstAdapted === 0 ? 'all-linear' : adapted } : lora;
  const raw = { seed: 7, dataset: { name: 'imdb' }, model: { name: bertLike ? 'bert' : 'use-lite' }, adapter, dropout };
  const { config } = planRun({ ...raw, train: { batchSize: BATCH, maxTokens } }, 'bench');
  const data = await datasets.build(config.dataset, fold(root, 'data'), { cacheDir: tmpdir() });
  const blueprint = blueprintOf(config, model, settingOf(model, data));
  const rows = encodeRows(model, data.splits.train.slice(0, BATCH), { biEncoder: false, maxTokens });
  const order = rows.map((_, i) => i);
  const batch = makeBatch(rows, order, { size: BATCH, maxTokens, task: data.task });
  const { r, alpha } = lora;
  const shape: WorkloadShape = {
    name,
    kind: bertLike ? 'bert' : 'use-lite',
    layers: model.layers,
    width: model.width,
    ffn,
    heads,
    vocabulary,
    r,
    alpha,
    p: dropout.p,
    batch: BATCH,
    // The peers pad to the longest row of the batch.
    tokens: Math.max(...batch.lengths),
    lengths: [...batch.lengths],
  };
  return { shape, blueprint, batch, size: { batchSize: BATCH, maxTokens } };
}
