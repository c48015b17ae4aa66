import type { Forward, LinearSpec, TokenBatch } from '@lab/adapter';
import { tf } from '@lab/engine';
import { z } from 'zod';
import { checkJson } from '../../checkpoint/json.ts';
import { ACTIVATION_NAMES, ACTIVATIONS } from '../../parts/activations.ts';
import { attend, scores, splitHeads } from '../../parts/attention.ts';
import { decoderBias, decoderPositions, exchange } from '../../parts/cache.ts';
import { lookUp } from '../../parts/embed.ts';
import { normAt } from '../../parts/norm.ts';
import { embeddingSite, layerSites, linearTensors, normTensors, outputSite, table, type Family } from '../anatomy.ts';
import { DECODER_POOLINGS, decoderPool, type DecoderPooling } from '../decoder-pool.ts';

const size = z.number().int().min(1);
const gpt2Config = z.object({
  vocab_size: size,
  n_embd: size,
  n_layer: size,
  n_head: size,
  n_positions: size,
  n_inner: size.nullable().default(null),
  activation_function: z.enum(ACTIVATION_NAMES).default('gelu_new'),
  layer_norm_epsilon: z.number().positive().default(1e-5),
  scale_attn_weights: z.boolean().default(true),
  scale_attn_by_inverse_layer_idx: z.boolean().default(false),
  add_cross_attention: z.literal(false).default(false),
  tie_word_embeddings: z.boolean().default(true),
});
type Config = z.infer<typeof gpt2Config>;

const ROOT = 'transformer';
const block = (layer: number) => `${ROOT}.h.${layer}`;

const linears = ({ n_embd: width, n_layer, n_inner }: Config): readonly LinearSpec[] =>
  Array.from({ length: n_layer }, (_, layer) => {
    const inner = n_inner ?? 4 * width;
    const linear = (name: string, dIn: number, dOut: number): LinearSpec => ({
      path: `${block(layer)}.${name}`,
      layer,
      dIn,
      dOut,
      per: 'token',
    });
    return [
      linear('attn.c_attn', width, 3 * width),
      linear('attn.c_proj', width, width),
      linear('mlp.c_fc', width, inner),
      linear('mlp.c_proj', inner, width),
    ];
  }).flat();

const scaleOf = (config: Config, layer: number, headWidth: number): number =>
  (config.scale_attn_weights ? 1 / Math.sqrt(headWidth) : 1) / (config.scale_attn_by_inverse_layer_idx ? layer + 1 : 1);

const attention = (
  config: Config,
  forward: Forward,
  layer: number,
  h: tf.Tensor,
  bias: tf.Tensor,
  stream: tf.Tensor,
): tf.Tensor => {
  const place = { path: `${block(layer)}.attn`, layer };
  const fused = tf.split(forward.linear(`${place.path}.c_attn`, h), 3, -1);
  const [q, newK, newV] = fused.map((part) => splitHeads(part, config.n_head));
  const [k, v] = exchange(forward, place, newK!, newV!);
  const logits = scores(tf.mul(q!, scaleOf(config, layer, q!.shape[3])), k);
  return forward.sublayer(
    'attention',
    place,
    forward.linear(`${place.path}.c_proj`, attend(forward, place, logits, bias, v)),
    h,
    stream,
  );
};

const ffn = (config: Config, forward: Forward, layer: number, h: tf.Tensor, stream: tf.Tensor): tf.Tensor => {
  const place = { path: `${block(layer)}.mlp`, layer };
  const activated = ACTIVATIONS[config.activation_function](forward.linear(`${place.path}.c_fc`, h));
  const output = forward.linear(`${place.path}.c_proj`, forward.perturb('ffn.intermediate', place, activated));
  return forward.sublayer('ffn', place, forward.perturb('ffn.hidden', place, output), h, stream);
};

const encode =
  (config: Config) =>
  (forward: Forward, { ids, valid }: TokenBatch): tf.Tensor3D => {
    const eps = config.layer_norm_epsilon;
    const bias = decoderBias(forward, valid);
    const words = lookUp(forward.weight(`${ROOT}.wte.weight`), ids);
    const sum = tf.add(words, decoderPositions(forward, forward.weight(`${ROOT}.wpe.weight`), ids.shape[1]));
    const embedded = forward.perturb('embedding', { path: ROOT, layer: 0 }, sum);
    const last = Array.from({ length: config.n_layer }).reduce<tf.Tensor>((x, _, layer) => {
      const middle = tf.add(
        x,
        attention(config, forward, layer, normAt(forward, `${block(layer)}.ln_1`, x, eps), bias, x),
      );
      return tf.add(middle, ffn(config, forward, layer, normAt(forward, `${block(layer)}.ln_2`, middle, eps), middle));
    }, embedded);
    return normAt(forward, `${ROOT}.ln_f`, last, eps) as tf.Tensor3D;
  };

/** GPT-2: pre-norm, learned positions, one fused map for query, key and value (stored [d_in, d_out]). */
export const gpt2: Family<DecoderPooling> = {
  name: 'gpt2',
  modelType: 'gpt2',
  prefix: 'transformer.',
  poolings: DECODER_POOLINGS,
  pairs: 'cross-encoder',
  describe: (value, { pooling, lm }, where) => {
    const config = checkJson(value, gpt2Config, where);
    const { n_embd: width, n_layer: layers, n_head: heads } = config;
    const ffnWidth = config.n_inner ?? 4 * width;
    const wte = table(`${ROOT}.wte.weight`, config.vocab_size, width);
    const untied = lm && !config.tie_word_embeddings ? [table('lm_head.weight', config.vocab_size, width)] : [];
    const maps = linears(config);
    const eachLayer = Array.from({ length: layers }, (_, layer) => layer);
    return {
      width,
      layers,
      maxTokens: config.n_positions,
      causal: true,
      segments: 1,
      linears: maps,
      tensors: [
        wte,
        table(`${ROOT}.wpe.weight`, config.n_positions, width),
        ...maps.flatMap((spec) => linearTensors(spec, 'as-is')),
        ...eachLayer.flatMap((i) => [
          ...normTensors(`${block(i)}.ln_1`, width),
          ...normTensors(`${block(i)}.ln_2`, width),
        ]),
        ...normTensors(`${ROOT}.ln_f`, width),
        ...untied,
      ],
      sites: (batch, tokens) => [
        embeddingSite(ROOT, width, batch, tokens),
        ...eachLayer.flatMap((layer) =>
          layerSites(
            { attention: `${block(layer)}.attn`, ffn: `${block(layer)}.mlp`, layer },
            { heads, ffnWidth, width },
            batch,
            tokens,
          ),
        ),
        outputSite(layers, width, batch),
      ],
      encode: encode(config),
      pool: decoderPool(pooling, layers),
      ...(lm ? { lmHead: (untied[0] ?? wte).name } : {}),
    };
  },
};
