import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tf } from '@lab/engine';
import { describe, expect, it } from 'vitest';
import { writeTensors, type Outgoing } from '../src/checkpoint/write.ts';
import { isLanguageModel, models } from '../src/index.ts';
import { batchOf, plainForward, uploadAll } from './plain-forward.ts';

const shared = process.env['LAB_SHARED'] ?? fileURLToPath(new URL('../../../../shared', import.meta.url));
const folder = join(shared, 'models', 'stories260K');
const present = existsSync(join(folder, 'stories260K.bin'));

/** The greedy continuation of nothing that llama2.c prints for this file. */
const STORY = 'Once upon a time, there was a little girl named Lily. She loved to play outside in the park.';

/**
 * Rows of adjacent rotary pairs -> rows of first halves and second halves, head by head, as Hugging
 * Face checkpoints have them.
 */
const halves = (data: Float32Array, heads: number, width: number): Float32Array => {
  const rows = data.length / width;
  const headRows = rows / heads;
  const out = new Float32Array(data.length);
  for (let row = 0; row < rows; row++) {
    const [head, within] = [Math.floor(row / headRows), row % headRows];
    const from = head * headRows + 2 * (within % (headRows / 2)) + Math.floor(within / (headRows / 2));
    out.set(data.subarray(from * width, (from + 1) * width), row * width);
  }
  return out;
};

/**
 * llama2.c's file as a checkpoint folder: 7 int32 of sizes, then float32 tensors, layers stacked.
 */
const convert = async (): Promise<string> => {
  const bytes = readFileSync(join(folder, 'stories260K.bin'));
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
  const [dim, hidden, layers, heads, groups, vocabulary, seq] = new Int32Array(buffer, 0, 7) as unknown as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const kv = (dim / heads) * groups;
  let at = 28;
  const take = (...shape: number[]): Float32Array => {
    const length = shape.reduce((a, b) => a * b, 1);
    const data = new Float32Array(buffer, at, length);
    at += 4 * length;
    return data;
  };
  const tensors: Outgoing[] = [];
  const add = (name: string, shape: readonly number[], data: Float32Array) =>
    tensors.push({ name, shape, make: () => data });
  const stack = (name: string, shape: readonly number[], shuffle = (x: Float32Array): Float32Array => x): void => {
    const all = take(layers, ...shape);
    const size = all.length / layers;
    for (let i = 0; i < layers; i++)
      add(`model.layers.${i}.${name}.weight`, shape, shuffle(all.subarray(i * size, (i + 1) * size)));
  };
  add('model.embed_tokens.weight', [vocabulary, dim], take(vocabulary, dim));
  stack('input_layernorm', [dim]);
  stack('self_attn.q_proj', [dim, dim], (x) => halves(x, heads, dim));
  stack('self_attn.k_proj', [kv, dim], (x) => halves(x, groups, dim));
  stack('self_attn.v_proj', [kv, dim]);
  stack('self_attn.o_proj', [dim, dim]);
  stack('post_attention_layernorm', [dim]);
  stack('mlp.gate_proj', [hidden, dim]);
  stack('mlp.down_proj', [dim, hidden]);
  stack('mlp.up_proj', [hidden, dim]);
  add('model.norm.weight', [dim], take(dim));
  const target = mkdtempSync(join(tmpdir(), 'stories-'));
  writeTensors(join(target, 'model.safetensors'), tensors);
  const config = {
    model_type: 'llama',
    vocab_size: vocabulary,
    hidden_size: dim,
    intermediate_size: hidden,
    num_hidden_layers: layers,
    num_attention_heads: heads,
    num_key_value_heads: groups,
    max_position_embeddings: seq,
    rms_norm_eps: 1e-5,
    tie_word_embeddings: true,
  };
  writeFileSync(join(target, 'config.json'), JSON.stringify(config));
  return target;
};

/** Pieces of tok512.bin: after the longest length, a score, a length and the bytes of each. */
const readPieces = (): readonly string[] => {
  const bytes = readFileSync(join(folder, 'tok512.bin'));
  const pieces: string[] = [];
  for (let at = 4; at < bytes.length;) {
    const length = bytes.readInt32LE(at + 4);
    pieces.push(bytes.subarray(at + 8, at + 8 + length).toString());
    at += 8 + length;
  }
  return pieces;
};

describe.skipIf(!present)('stories260K (skipped where the shared models are not there)', () => {
  it('tells its known story, greedily', async () => {
    await tf.setBackend('cpu');
    const model = await models.build(models.parse({ name: 'llama', lm: true }), { weights: await convert() });
    if (!isLanguageModel(model)) throw new Error('no language model head');
    const weights = await uploadAll(model);
    const pieces = readPieces();
    const ids = [1];
    let text = '';
    while (text.length < STORY.length && ids.length < 60) {
      const next = tf.tidy(() => {
        const forward = plainForward(weights);
        const hidden = model.encode(forward, batchOf([Int32Array.from(ids)]));
        const last = tf.slice(hidden, [0, ids.length - 1, 0], [1, 1, model.width]);
        return tf.argMax(model.logits(forward, last), -1).dataSync()[0]!;
      });
      ids.push(next);
      text = ids
        .slice(1)
        .map((id) => pieces[id]!)
        .join('')
        .trimStart();
    }
    tf.dispose(Object.values(weights));
    expect(text.slice(0, STORY.length)).toBe(STORY);
  });
});
