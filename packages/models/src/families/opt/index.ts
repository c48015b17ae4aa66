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
const optConfig = z.object({
  vocab_size: size,
  hidden_size: size,
  num_hidden_layers: size,
  num_attention_heads: size,
  ffn_dim: size,
  max_position_embeddings: size,
  word_embed_proj_dim: size.nullish(),
  activation_function: z.enum(ACTIVATION_NAMES).default('relu'),
  do_layer_norm_before: z.boolean().default(true),
  enable_bias: z.boolean().default(true),
  layer_norm_elementwise_affine: z.literal(true).default(true),
  _remove_final_layer_norm: z.boolean().default(false),
  tie_word_embeddings: z.boolean().default(true),
});
type Config = z.infer<typeof optConfig>;

/** LayerNorm epsilon, which OPT leaves at its library's default, and the rows of the position table that are never used. */
const EPS = 1e-5;
const FIRST_POSITION = 2;
const ROOT = 'model.decoder';
const block = (layer: number) => `${ROOT}.layers.${layer}`;

const layerLinears = (config: Config): readonly LinearSpec[] =>
  Array.from({ length: config.num_hidden_layers }, (_, layer) => {
    const { hidden_size: width, ffn_dim } = config;
    const linear = (name: string, dIn: number, dOut: number): LinearSpec => ({
      path: `${block(layer)}.${name}`,
      layer,
      dIn,
      dOut,
      per: 'token',
      bias: config.enable_bias,
    });
    return [
      ...['q_proj', 'k_proj', 'v_proj', 'out_proj'].map((name) => linear(`self_attn.${name}`, width, width)),
      linear('fc1', width, ffn_dim),
      linear('fc2', ffn_dim, width),
    ];
  }).flat();

/** OPT-350M's maps between a narrower embedding and the layers, without bias; none elsewhere. */
const projections = (config: Config): readonly LinearSpec[] => {
  const { hidden_size: width, num_hidden_layers, word_embed_proj_dim: narrow } = config;
  if (!narrow || narrow === width) return [];
  return [
    { path: `${ROOT}.project_in`, layer: 0, dIn: narrow, dOut: width, per: 'token', bias: false },
    { path: `${ROOT}.project_out`, layer: num_hidden_layers - 1, dIn: width, dOut: narrow, per: 'token', bias: false },
  ];
};

const attention = (
  config: Config,
  forward: Forward,
  layer: number,
  h: tf.Tensor,
  bias: tf.Tensor,
  stream: tf.Tensor,
): tf.Tensor => {
  const place = { path: `${block(layer)}.self_attn`, layer };
  const [q, newK, newV] = ['q_proj', 'k_proj', 'v_proj'].map((name) =>
    splitHeads(forward.linear(`${place.path}.${name}`, h), config.num_attention_heads),
  );
  const [k, v] = exchange(forward, place, newK!, newV!);
  const logits = scores(tf.mul(q!, 1 / Math.sqrt(q!.shape[3])), k);
  return forward.sublayer(
    'attention',
    place,
    forward.linear(`${place.path}.out_proj`, attend(forward, place, logits, bias, v)),
    h,
    stream,
  );
};

const ffn = (config: Config, forward: Forward, layer: number, h: tf.Tensor, stream: tf.Tensor): tf.Tensor => {
  const place = { path: `${block(layer)}.ffn`, layer };
  const activated = ACTIVATIONS[config.activation_function](forward.linear(`${block(layer)}.fc1`, h));
  const output = forward.linear(`${block(layer)}.fc2`, forward.perturb('ffn.intermediate', place, activated));
  return forward.sublayer('ffn', place, forward.perturb('ffn.hidden', place, output), h, stream);
};

/** x + f(norm(x)), or norm(x + f(x)) in the 350M model. */
const residual = (
  config: Config,
  forward: Forward,
  norm: string,
  x: tf.Tensor,
  f: (h: tf.Tensor) => tf.Tensor,
): tf.Tensor =>
  config.do_layer_norm_before
    ? tf.add(x, f(normAt(forward, norm, x, EPS)))
    : normAt(forward, norm, tf.add(x, f(x)), EPS);

const hasFinalNorm = (config: Config): boolean => config.do_layer_norm_before && !config._remove_final_layer_norm;

const encode =
  (config: Config) =>
  (forward: Forward, { ids, valid }: TokenBatch): tf.Tensor3D => {
    const bias = decoderBias(forward, valid);
    const projected = projections(config).length > 0;
    const words = lookUp(forward.weight(`${ROOT}.embed_tokens.weight`), ids);
    const wide = projected ? forward.linear(`${ROOT}.project_in`, words) : words;
    const sum = tf.add(
      wide,
      decoderPositions(forward, forward.weight(`${ROOT}.embed_positions.weight`), ids.shape[1], FIRST_POSITION),
    );
    const embedded = forward.perturb('embedding', { path: ROOT, layer: 0 }, sum);
    const last = Array.from({ length: config.num_hidden_layers }).reduce<tf.Tensor>((x, _, layer) => {
      const middle = residual(config, forward, `${block(layer)}.self_attn_layer_norm`, x, (h) =>
        attention(config, forward, layer, h, bias, x),
      );
      return residual(config, forward, `${block(layer)}.final_layer_norm`, middle, (h) =>
        ffn(config, forward, layer, h, middle),
      );
    }, embedded);
    const normed = hasFinalNorm(config) ? normAt(forward, `${ROOT}.final_layer_norm`, last, EPS) : last;
    return (projected ? forward.linear(`${ROOT}.project_out`, normed) : normed) as tf.Tensor3D;
  };

/** OPT: GPT-like with ReLU; the 350M model norms after the residual and has narrower embeddings. */
export const opt: Family<DecoderPooling> = {
  name: 'opt',
  modelType: 'opt',
  prefix: 'model.',
  poolings: DECODER_POOLINGS,
  pairs: 'cross-encoder',
  describe: (value, { pooling, lm }, where) => {
    const config = checkJson(value, optConfig, where);
    const { hidden_size, num_hidden_layers: layers, num_attention_heads: heads, ffn_dim: ffnWidth } = config;
    const width = config.word_embed_proj_dim ?? hidden_size;
    const words = table(`${ROOT}.embed_tokens.weight`, config.vocab_size, width);
    const untied = lm && !config.tie_word_embeddings ? [table('lm_head.weight', config.vocab_size, width)] : [];
    const [maps, ends] = [layerLinears(config), projections(config)];
    const eachLayer = Array.from({ length: layers }, (_, layer) => layer);
    return {
      width,
      layers,
      maxTokens: config.max_position_embeddings,
      causal: true,
      segments: 1,
      linears: [...ends.slice(0, 1), ...maps, ...ends.slice(1)],
      tensors: [
        words,
        table(`${ROOT}.embed_positions.weight`, config.max_position_embeddings + FIRST_POSITION, hidden_size),
        ...ends.flatMap((spec) => linearTensors(spec)),
        ...maps.flatMap((spec) => linearTensors(spec)),
        ...eachLayer.flatMap((i) =>
          ['self_attn_layer_norm', 'final_layer_norm'].flatMap((name) =>
            normTensors(`${block(i)}.${name}`, hidden_size),
          ),
        ),
        ...(hasFinalNorm(config) ? normTensors(`${ROOT}.final_layer_norm`, hidden_size) : []),
        ...untied,
      ],
      sites: (batch, tokens) => [
        embeddingSite(ROOT, hidden_size, batch, tokens),
        ...eachLayer.flatMap((layer) =>
          layerSites(
            { attention: `${block(layer)}.self_attn`, ffn: `${block(layer)}.ffn`, layer },
            { heads, ffnWidth, width: hidden_size },
            batch,
            tokens,
          ),
        ),
        outputSite(layers, width, batch),
      ],
      encode: encode(config),
      pool: decoderPool(pooling, layers),
      ...(lm ? { lmHead: (untied[0] ?? words).name } : {}),
    };
  },
};
