import {
  floats,
  ints,
  readFloats,
  type Engine,
  type Handle,
  type InputsOf,
  type OutputsOf,
  type tf,
} from '@lab/engine';
import type { Decoder } from './generate.ts';
import type { NextTokens, WrittenTokens } from './passes.ts';

/** Prompts as a batch, padded on the right. */
type Prompts = { readonly ids: tf.Tensor2D; readonly valid: tf.Tensor2D };

/**
 * What a decoder runs: whoever opens it adds weights, parameters and noise. `pass` counts from 0,
 * the reading of the prompts.
 */
export interface DecoderParts {
  readonly engine: Engine;
  readonly start: (prompts: InputsOf<Prompts>, rows: number, tokens: number) => Promise<OutputsOf<WrittenTokens>>;
  /** `prompts`: the prompt that every row goes on from, by its place at the start. */
  readonly next: (tokens: InputsOf<NextTokens>, prompts: Int32Array, pass: number) => Promise<OutputsOf<WrittenTokens>>;
  /** Length that prompts are padded to, from the longest. */
  readonly pad: (longest: number) => number;
  /** Tokens that may be written: the `room` of `startPass`. */
  readonly room: number;
}

/**
 * A decoder on an engine, and the freeing of its cache. Rows are never fewer than at the start, so
 * that few programs are compiled.
 */
export const openDecoder = (parts: DecoderParts): Decoder & { readonly close: () => void } => {
  const { engine, pad, room } = parts;
  let cache: { readonly [name: string]: Handle } = {};
  let cachedRows = 0;
  let lengths = new Int32Array(0);
  let origins = new Int32Array(0);
  let tokens = 0;
  let pass = 0;
  /** Keeps the cache and reads the logits of the first `count` of `rows` rows. */
  const take = async (written: OutputsOf<WrittenTokens>, { rows, count }: { rows: number; count: number }) => {
    engine.free(cache);
    cache = written.cache;
    cachedRows = rows;
    const data = await readFloats(engine, written.logits);
    engine.free([written.logits]);
    const width = data.length / rows;
    return Array.from({ length: count }, (_, r) => data.slice(r * width, (r + 1) * width));
  };
  return {
    start: async (prompts) => {
      pass = 0;
      lengths = Int32Array.from(prompts, ({ length }) => length);
      tokens = pad(Math.max(...lengths));
      const rows = prompts.length;
      origins = Int32Array.from(prompts, (_, r) => r);
      const ids = new Int32Array(rows * tokens);
      const valid = new Float32Array(ids.length);
      prompts.forEach((prompt, r) => {
        ids.set(prompt, r * tokens);
        valid.fill(1, r * tokens, r * tokens + prompt.length);
      });
      const shape = [rows, tokens];
      const batch = { ids: ints(ids, shape), valid: floats(valid, shape) };
      return take(await parts.start(batch, rows, tokens), { rows, count: rows });
    },
    next: async (chosen, before) => {
      pass += 1;
      const rows = Math.max(cachedRows, chosen.length);
      const filled = (values: Int32Array) => Int32Array.from({ length: rows }, (_, r) => values[r] ?? 0);
      const [ids, parents] = [filled(chosen), filled(before)];
      const slots = tokens + room;
      const position = parents.map((parent) => lengths[parent] ?? 0);
      const seen = new Float32Array(rows * slots);
      const here = new Float32Array(rows * slots);
      position.forEach((at, r) => {
        seen.fill(1, r * slots, r * slots + at + 1);
        here[r * slots + at] = 1;
      });
      lengths = position.map((at) => at + 1);
      const known = origins;
      origins = parents.map((parent) => known[parent] ?? 0);
      const step = {
        ids: ints(ids, [rows, 1]),
        position: ints(position),
        parents: ints(parents),
        seen: floats(seen, [rows, slots]),
        here: floats(here, [rows, slots]),
        cache,
      };
      return take(await parts.next(step, origins, pass), { rows, count: chosen.length });
    },
    close: () => {
      engine.free(cache);
      cache = {};
    },
  };
};
