import type { Forward, LinearSpec, TokenBatch } from '@lab/adapter';
import { tf } from '@lab/engine';
import { z } from 'zod';
import { checkJson } from '../../checkpoint/json.ts';
import { ACTIVATION_NAMES, ACTIVATIONS } from '../../parts/activations.ts';
import { attend, group, scores, splitHeads } from '../../parts/attention.ts';
import { decoderBias, exchange, stepOf } from '../../parts/cache.ts';
import { lookUp } from '../../parts/embed.ts';
import { rmsNorm } from '../../parts/norm.ts';
import { embeddingSite, layerSites, linearTensors, outputSite, table, type Family } from '../anatomy.ts';
import { DECODER_POOLINGS, decoderPool, type DecoderPooling } from '../decoder-pool.ts';
import { ropeAt, ropeFrequencies, ropeSchema, ropeTables, rotate } from './rope.ts';

const size = z.number().int().min(1);
const llamaConfig = z.object({
  vocab_size: size,
  hidden_size: size,
  intermediate_size: size,
  num_hidden_layers: size,
  num_attention_heads: size,
  num_key_value_heads: size.nullish(),
  head_dim: size.nullish(),
  max_position_embeddings: size,
  hidden_act: z.enum(ACTIVATION_NAMES).default('silu'),
  rms_norm_eps: z.number().positive().default(1e-6),
  attention_bias: z.boolean().default(false),
  mlp_bias: z.boolean().default(false),
  tie_word_embeddings: z.boolean().default(false),
  rope_theta: z.number().positive().optional(),
  rope_scaling: ropeSchema.nullish(),
  rope_parameters: ropeSchema.nullish(),
});

type Config = z.infer<typeof llamaConfig> & {
  readonly heads: number;
  readonly groups: number;
  readonly headWidth: number;
  readonly frequencies: readonly number[];
};

const block = (layer: number) => `model.layers.${layer}`;

const read = (value: unknown, where: string): Config => {
  const parsed = checkJson(value, llamaConfig, where);
  const heads = parsed.num_attention_heads;
  const headWidth = parsed.head_dim ?? parsed.hidden_size / heads;
  const theta = parsed.rope_theta === undefined ? {} : { rope_theta: parsed.rope_theta };
  const rope = { ...theta, ...parsed.rope_scaling, ...parsed.rope_parameters };
  const frequencies = ropeFrequencies(rope, headWidth, parsed.max_position_embeddings, where);
  return { ...parsed, heads, groups: parsed.num_key_value_heads ?? heads, headWidth, frequencies };
};

const linears = (config: Config): readonly LinearSpec[] =>
  Array.from({ length: config.num_hidden_layers }, (_, layer) => {
    const { hidden_size: width, intermediate_size: inner, heads, groups, headWidth } = config;
    const linear = (name: string, dIn: number, dOut: number): LinearSpec => ({
      path: `${block(layer)}.${name}`,
      layer,
      dIn,
      dOut,
      per: 'token',
      bias: name.startsWith('mlp') ? config.mlp_bias : config.attention_bias,
    });
    return [
      linear('self_attn.q_proj', width, heads * headWidth),
      linear('self_attn.k_proj', width, groups * headWidth),
      linear('self_attn.v_proj', width, groups * headWidth),
      linear('self_attn.o_proj', heads * headWidth, width),
      linear('mlp.gate_proj', width, inner),
      linear('mlp.up_proj', width, inner),
      linear('mlp.down_proj', inner, width),
    ];
  }).flat();

interface Shared {
  readonly bias: tf.Tensor;
  readonly rope: { readonly cos: tf.Tensor; readonly sin: tf.Tensor };
}

const attention = (
  config: Config,
  forward: Forward,
  layer: number,
  h: tf.Tensor,
  stream: tf.Tensor,
  { bias, rope }: Shared,
): tf.Tensor => {
  const place = { path: `${block(layer)}.self_attn`, layer };
  const { heads, groups, headWidth } = config;
  const split = (name: string, count: number) => splitHeads(forward.linear(`${place.path}.${name}`, h), count);
  const q = tf.mul(rotate(split('q_proj', heads), rope), 1 / Math.sqrt(headWidth)) as tf.Tensor4D;
  const [k, v] = exchange(forward, place, rotate(split('k_proj', groups), rope), split('v_proj', groups));
  const [batch, , tokens] = q.shape;
  const logits = tf.reshape(scores(group(q, groups), k), [batch, heads, tokens, k.shape[2]]);
  const mixed = attend(forward, place, logits, bias, v);
  return forward.sublayer('attention', place, forward.linear(`${place.path}.o_proj`, mixed), h, stream);
};

/** down(act(gate(x)) * up(x)) (Shazeer 2020, Eq. 6). */
const ffn = (config: Config, forward: Forward, layer: number, h: tf.Tensor, stream: tf.Tensor): tf.Tensor => {
  const place = { path: `${block(layer)}.mlp`, layer };
  const gate = ACTIVATIONS[config.hidden_act](forward.linear(`${place.path}.gate_proj`, h));
  const inner = forward.perturb('ffn.intermediate', place, tf.mul(gate, forward.linear(`${place.path}.up_proj`, h)));
  const output = forward.perturb('ffn.hidden', place, forward.linear(`${place.path}.down_proj`, inner));
  return forward.sublayer('ffn', place, output, h, stream);
};

const encode =
  (config: Config) =>
  (forward: Forward, { ids, valid }: TokenBatch): tf.Tensor3D => {
    const norm = (path: string, x: tf.Tensor) => rmsNorm(x, forward.weight(`${path}.weight`), config.rms_norm_eps);
    const step = stepOf(forward);
    const rope = step
      ? ropeAt(config.frequencies, step.slots, step.position)
      : ropeTables(config.frequencies, ids.shape[1]);
    const shared = { bias: decoderBias(forward, valid), rope };
    const words = lookUp(forward.weight('model.embed_tokens.weight'), ids);
    const embedded = forward.perturb('embedding', { path: 'model', layer: 0 }, words);
    const last = Array.from({ length: config.num_hidden_layers }).reduce<tf.Tensor>((x, _, layer) => {
      const middle = tf.add(
        x,
        attention(config, forward, layer, norm(`${block(layer)}.input_layernorm`, x), x, shared),
      );
      return tf.add(
        middle,
        ffn(config, forward, layer, norm(`${block(layer)}.post_attention_layernorm`, middle), middle),
      );
    }, embedded);
    return norm('model.norm', last) as tf.Tensor3D;
  };

/** LLaMA 2 and 3: RMSNorm before each part, rotary positions, grouped queries, gated feed-forward. */
export const llama: Family<DecoderPooling> = {
  name: 'llama',
  modelType: 'llama',
  prefix: 'model.',
  poolings: DECODER_POOLINGS,
  pairs: 'cross-encoder',
  describe: (value, { pooling, lm }, where) => {
    const config = read(value, where);
    const { hidden_size: width, num_hidden_layers: layers, heads } = config;
    const words = table('model.embed_tokens.weight', config.vocab_size, width);
    const untied = lm && !config.tie_word_embeddings ? [table('lm_head.weight', config.vocab_size, width)] : [];
    const maps = linears(config);
    const eachLayer = Array.from({ length: layers }, (_, layer) => layer);
    const scale = (name: string) => ({ name: `${name}.weight`, shape: [width], stored: 'as-is' }) as const;
    return {
      width,
      layers,
      maxTokens: config.max_position_embeddings,
      causal: true,
      segments: 1,
      linears: maps,
      tensors: [
        words,
        ...maps.flatMap((spec) => linearTensors(spec)),
        ...eachLayer.flatMap((i) => [
          scale(`${block(i)}.input_layernorm`),
          scale(`${block(i)}.post_attention_layernorm`),
        ]),
        scale('model.norm'),
        ...untied,
      ],
      sites: (batch, tokens) => [
        embeddingSite('model', width, batch, tokens),
        ...eachLayer.flatMap((layer) =>
          layerSites(
            { attention: `${block(layer)}.self_attn`, ffn: `${block(layer)}.mlp`, layer },
            { heads, ffnWidth: config.intermediate_size, width },
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
