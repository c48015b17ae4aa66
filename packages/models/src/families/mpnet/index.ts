import { tf } from '@lab/engine';
import { z } from 'zod';
import { DENSE_HEAD } from '../../class-head.ts';
import { checkJson } from '../../checkpoint/json.ts';
import type { LayerPaths } from '../../parts/post-norm.ts';
import { table, type Family } from '../anatomy.ts';
import { bertConfig, bertLike, poolHead } from '../bert-like.ts';

const ROOT = 'mpnet';
const RELATIVE = `${ROOT}.encoder.relative_attention_bias.weight`;
const BUCKETS = 32;
const MAX_DISTANCE = 128;
/** Row of the position table for the first token: after that of padding, which is 1. */
const FIRST_POSITION = 2;

const config = bertConfig.extend({
  type_vocab_size: z.literal(0).default(0),
  layer_norm_eps: z.number().positive().default(1e-12),
  relative_attention_num_buckets: z.literal(BUCKETS).default(BUCKETS),
  pad_token_id: z
    .literal(FIRST_POSITION - 1)
    .nullable()
    .default(FIRST_POSITION - 1),
});

const paths = (layer: number): LayerPaths => {
  const at = `${ROOT}.encoder.layer.${layer}`;
  return {
    attention: `${at}.attention`,
    query: `${at}.attention.attn.q`,
    key: `${at}.attention.attn.k`,
    value: `${at}.attention.attn.v`,
    output: `${at}.attention.attn.o`,
    attentionNorm: `${at}.attention.LayerNorm`,
    ffn: `${at}.ffn`,
    intermediate: `${at}.intermediate.dense`,
    down: `${at}.output.dense`,
    outputNorm: `${at}.output.LayerNorm`,
  };
};

/**
 * The row of the bias table for a key `distance` places after its query (T5's rule; Raffel et al.
 * 2020): half the rows are for later keys; near distances one by one, far ones in logarithmic
 * buckets. Rounded to float32 stepwise as the reference does.
 */
export const relativeBucket = (distance: number): number => {
  const side = BUCKETS / 2;
  const exact = side / 2;
  const far = Math.abs(distance);
  const f = Math.fround;
  const ratio = f(f(f(Math.log(f(far / exact))) / f(Math.log(MAX_DISTANCE / exact))) * (side - exact));
  const within = far < exact ? far : Math.min(exact + Math.floor(ratio), side - 1);
  return within + (distance > 0 ? side : 0);
};

/**
 * MPNet (Song et al. 2020): BERT without segments, with one bias a head and distance in every
 * layer.
 */
export const mpnet: Family<'cls' | 'mean' | 'pooler' | 'classifier'> = {
  name: 'mpnet',
  modelType: 'mpnet',
  prefix: 'mpnet.',
  poolings: ['cls', 'mean', 'pooler', 'classifier'],
  pairs: 'cross-encoder',
  spanHead: true,
  classHeads: { classifier: DENSE_HEAD },
  describe: (value, { pooling }, where) => {
    const parsed = checkJson(value, config, where);
    const { hidden_size: width, num_hidden_layers: layers, num_attention_heads: heads } = parsed;
    const head = (path: string) => poolHead(path, width, layers, 'tanh');
    const named = { pooler: head(`${ROOT}.pooler.dense`), classifier: head('classifier.dense') };
    const pool = pooling === 'cls' || pooling === 'mean' ? pooling : named[pooling];
    const anatomy = bertLike(parsed, {
      root: ROOT,
      firstPosition: FIRST_POSITION,
      pool,
      paths,
      logitsBias: (forward, tokens) => {
        const rows = Int32Array.from({ length: tokens * tokens }, (_, i) =>
          relativeBucket((i % tokens) - Math.floor(i / tokens)),
        );
        const values = tf.gather(forward.weight(RELATIVE), tf.tensor1d(rows, 'int32'));
        return tf.transpose(tf.reshape(values, [1, tokens, tokens, heads]), [0, 3, 1, 2]);
      },
    });
    return { ...anatomy, segments: 1, tensors: [...anatomy.tensors, table(RELATIVE, BUCKETS, heads)] };
  },
};
