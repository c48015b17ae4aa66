import { floats, ints, readFloats, type Engine, type Handle, type HostArray, type Program } from '@lab/engine';
import type { Decoder } from './generate.ts';

type Inputs = { readonly [name: string]: Handle | HostArray };

/** Programs of `startPass` and `nextPass` with whatever else they read. */
export interface DecoderParts {
  readonly engine: Engine;
  readonly start: Program;
  readonly next: Program;
  /**
   * Weights, parameters and noise of a pass: `pass` 0 reads prompts of `tokens` tokens, later ones
   * one token for each of `rows`.
   */
  readonly more: (pass: number, rows: number, tokens: number) => Inputs;
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
  let lengths = new Int32Array(0);
  let tokens = 0;
  let pass = 0;
  const take = async ({ logits, ...kept }: { readonly [name: string]: Handle }, rows: number) => {
    engine.free(Object.values(cache));
    cache = kept;
    if (!logits) throw new Error('a decoder gives logits');
    const data = await readFloats(engine, logits);
    engine.free([logits]);
    const width = data.length / (logits.shape[0] ?? 1);
    return Array.from({ length: rows }, (_, r) => data.slice(r * width, (r + 1) * width));
  };
  return {
    start: async (prompts) => {
      pass = 0;
      lengths = Int32Array.from(prompts, ({ length }) => length);
      tokens = pad(Math.max(...lengths));
      const ids = new Int32Array(prompts.length * tokens);
      const valid = new Float32Array(ids.length);
      prompts.forEach((prompt, r) => {
        ids.set(prompt, r * tokens);
        valid.fill(1, r * tokens, r * tokens + prompt.length);
      });
      const shape = [prompts.length, tokens];
      const batch = { ids: ints(ids, shape), valid: floats(valid, shape) };
      return take(await parts.start.run({ ...batch, ...parts.more(0, prompts.length, tokens) }), prompts.length);
    },
    next: async (chosen, from) => {
      pass += 1;
      const [kept] = Object.values(cache);
      const rows = Math.max(kept?.shape[0] ?? 0, chosen.length);
      const fill = (values: Int32Array) => Int32Array.from({ length: rows }, (_, r) => values[r] ?? 0);
      const [ids, parents] = [fill(chosen), fill(from)];
      const slots = tokens + room;
      const position = Int32Array.from(parents, (parent) => lengths[parent] ?? 0);
      const seen = new Float32Array(rows * slots);
      const here = new Float32Array(rows * slots);
      position.forEach((at, r) => {
        seen.fill(1, r * slots, r * slots + at + 1);
        here[r * slots + at] = 1;
      });
      lengths = position.map((at) => at + 1);
      const step = {
        ids: ints(ids, [rows, 1]),
        parents: ints(parents, [rows]),
        position: ints(position, [rows]),
        seen: floats(seen, [rows, slots]),
        here: floats(here, [rows, slots]),
      };
      return take(await parts.next.run({ ...step, ...cache, ...parts.more(pass, rows, 1) }), chosen.length);
    },
    close: () => {
      engine.free(Object.values(cache));
      cache = {};
    },
  };
};
