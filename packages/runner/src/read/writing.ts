import { generate, openDecoder, type Decoder } from '@lab/models';
import type { Handle } from '@lab/engine';
import { chunks, evaluationOrder, rowAt, type Row } from '../session/rows/rows.ts';
import { bucketFor } from '../session/shape.ts';
import { languageModel, promptOf, sequenceOf } from '../session/rows/text-rows.ts';
import { writtenTexts } from '../step/write.ts';
import type { Writing } from '../session/session.ts';
import type { Reading } from './read.ts';
import type { Way } from './way.ts';

/** Several decoders as one, their next-token logits combined at every token. */
const together = (decoders: readonly Decoder[], combine: Required<Way>['combine']): Decoder => {
  const each = async (ask: (decoder: Decoder) => Promise<readonly Float32Array[]>) => {
    const answers: (readonly Float32Array[])[] = [];
    for (const decoder of decoders) answers.push(await ask(decoder));
    return combine(answers);
  };
  return {
    start: (prompts) => each((decoder) => decoder.start(prompts)),
    next: (tokens, parents) => each((decoder) => decoder.next(tokens, parents)),
  };
};

/** The logits of the only pass there is. */
const single: Required<Way>['combine'] = ([logits = []]) => logits;

/** Which decoder: a member's, for a batch of prompts of `length` tokens that `index` names. */
interface DecoderPlace {
  readonly pass: Way['pass'];
  readonly member: number;
  readonly index: number;
  readonly length: number;
}

/** One member's decoder, with the passes of `writer`. */
const decoderOf = (
  { session, key }: Reading,
  theta: Handle,
  writer: Writing,
  { pass, member, index, length }: DecoderPlace,
) => {
  const { maxNewTokens } = writtenTexts(session.blueprint).generation;
  let count = 0;
  const masks = (step: number, prompts: Int32Array, tokens: number) => {
    if (pass !== 'member') return {};
    const shape = { rows: prompts.length, tokens };
    const batch = { shape, lengths: new Int32Array(prompts.length).fill(tokens) };
    return session.masks.member(batch, { key, member, index: `write/${index}`, writing: { step, prompts, count } });
  };
  const { start, next } = writer;
  return openDecoder({
    engine: session.engine,
    start: (batch, rows, tokens) => {
      count = rows;
      const prompts = Int32Array.from({ length: rows }, (_, r) => r);
      return start({ theta, batch, masks: masks(0, prompts, tokens) });
    },
    next: (tokens, prompts, step) => next({ theta, tokens, masks: masks(step, prompts, 1) }),
    pad: () => length,
    room: maxNewTokens,
  });
};

/** Texts written on from every row's prompt, in the order of `rows`. */
export const writtenBy = async (
  reading: Reading,
  theta: Handle,
  rows: readonly Row[],
  { pass, members, combine = single }: Way,
): Promise<readonly string[]> => {
  const { session, key, pause } = reading;
  const { batchSize, maxTokens, blueprint } = session;
  const model = languageModel(blueprint.model);
  const { generation } = writtenTexts(blueprint);
  // Decoders of an ensemble write together, and each would need weights of its own.
  const merged = pass === 'member' ? undefined : await session.merge(pass, { theta, key, member: 0 });
  const writer = merged?.write ?? session.write[pass];
  const length = bucketFor(Math.max(...rows.map((row) => sequenceOf(row).targetFrom)), maxTokens);
  const texts: string[] = Array.from({ length: rows.length });
  try {
    for (const [index, indices] of chunks(evaluationOrder(rows), batchSize).entries()) {
      const decoders = Array.from({ length: members }, (_, member) =>
        decoderOf(reading, theta, writer, { pass, member, index, length }),
      );
      // The last batch is filled up, so that shapes repeat.
      const filled = Array.from({ length: batchSize }, (_, b) => rowAt(rows, indices[b] ?? indices[0] ?? 0));
      try {
        const decoder = together(decoders, combine);
        const next: Decoder['next'] = async (...args) => {
          await pause();
          return decoder.next(...args);
        };
        const options = { ends: model.ends, options: generation };
        const all = await generate({ ...decoder, next }, filled.map(promptOf), options);
        indices.forEach((row, b) => {
          texts[row] = model.decode(all[b] ?? []).trim();
        });
      } finally {
        decoders.forEach((decoder) => decoder.close());
      }
    }
  } finally {
    merged?.dispose();
  }
  return texts;
};
