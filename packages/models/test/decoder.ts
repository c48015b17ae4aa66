import type { Engine, Params, tf } from '@lab/engine';
import { nextPass, openDecoder, startPass, type LanguageModel, type NextTokens } from '../src/index.ts';
import { plainForward } from './plain-forward.ts';

/** A model without adapter on an engine, with room for so many new tokens. */
export const decoderOf = async (engine: Engine, model: LanguageModel, room: number) => {
  const put = Object.entries(await model.weights()).map(([name, array]) => [name, engine.put(array)] as const);
  const frozen = Object.fromEntries(put);
  type Prompts = { readonly frozen: Params; readonly ids: tf.Tensor2D; readonly valid: tf.Tensor2D };
  const start = engine.program(({ frozen: weights, ids, valid }: Prompts) =>
    startPass(model, plainForward(weights), { ids, valid, extra: {} }, room),
  );
  const next = engine.program(({ frozen: weights, tokens }: { readonly frozen: Params; readonly tokens: NextTokens }) =>
    nextPass(model, plainForward(weights), tokens),
  );
  const decoder = openDecoder({
    engine,
    start: (prompts) => start.run({ ...prompts, frozen }),
    next: (tokens) => next.run({ tokens, frozen }),
    pad: (longest) => longest,
    room,
  });
  const close = () => {
    decoder.close();
    engine.free(frozen);
    start.dispose();
    next.dispose();
  };
  return { ...decoder, close };
};
