import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openEngine, type Params, type tf } from '@lab/engine';
import { describe, expect, it } from 'vitest';
import { generate, generationSchema, isLanguageModel, models } from '../src/index.ts';
import { decoderOf } from './decoder.ts';
import { plainForward } from './plain-forward.ts';

const folder = fileURLToPath(new URL('../../../.cache/models/smollm2', import.meta.url));

/** What transformers computes from the same GGUF file (scripts/fixtures/models/gguf.py). */
interface Reference {
  /** Entries of the vocabulary whose logits are kept. */
  readonly places: readonly number[];
  readonly rows: readonly {
    readonly text: string;
    readonly ids: readonly number[];
    /** The most likely next token at every place. */
    readonly best: readonly number[];
    /** float32 [tokens, places], base 64. */
    readonly logits: string;
  }[];
  readonly question: string;
  readonly answer: string;
}

const floats = (text: string): Float32Array => {
  const bytes = Uint8Array.from(Buffer.from(text, 'base64'));
  return new Float32Array(bytes.buffer);
};

const NEW_TOKENS = 40;

describe.skipIf(!existsSync(folder))('SmolLM2-135M (of scripts/setup/fetch-smollm2.py; skipped when absent)', () => {
  it('gives the ids, logits and answer that transformers gives, logits to 1e-3', { timeout: 300_000 }, async () => {
    const reference: Reference = JSON.parse(
      readFileSync(new URL('./fixtures/gguf/smollm2.json', import.meta.url), 'utf8'),
    );
    const model = await models.build(models.parse({ name: 'smollm2', lm: true }), { weights: folder });
    if (!isLanguageModel(model)) throw new Error('no language model head');
    const engine = await openEngine('onnx');
    const put = Object.entries(await model.weights()).map(([name, array]) => [name, engine.put(array)] as const);
    const frozen = Object.fromEntries(put);
    type Inputs = { readonly frozen: Params; readonly ids: tf.Tensor2D; readonly valid: tf.Tensor2D };
    const read = engine.program(({ frozen: weights, ids, valid }: Inputs) => {
      const forward = plainForward(weights);
      return { logits: model.logits(forward, model.encode(forward, { ids, valid, extra: {} })) };
    });
    for (const { text, ids, best, logits } of reference.rows) {
      expect([...model.encodeBare(text)], text).toEqual(ids);
      const shape = [1, ids.length];
      const { logits: handle } = await read.run({
        frozen,
        ids: { dtype: 'int32', shape, data: Int32Array.from(ids) },
        valid: { dtype: 'float32', shape, data: new Float32Array(ids.length).fill(1) },
      });
      const ours = (await engine.get(handle!)).data;
      engine.free([handle!]);
      const size = model.vocabulary;
      const expected = floats(logits);
      let worst = 0;
      ids.forEach((_, at) => {
        const row = ours.subarray(at * size, (at + 1) * size);
        expect(row.indexOf(Math.max(...row)), `${text} at ${at}`).toBe(best[at]);
        reference.places.forEach((place, i) => {
          worst = Math.max(worst, Math.abs(row[place]! - expected[at * reference.places.length + i]!));
        });
      });
      expect(worst, text).toBeLessThan(1e-3);
    }
    read.dispose();
    engine.free(frozen);
    const decoder = await decoderOf(engine, model, NEW_TOKENS);
    const options = generationSchema.parse({ maxNewTokens: NEW_TOKENS });
    const [written] = await generate(decoder, [model.encodeBare(reference.question)], { ends: model.ends, options });
    expect(model.decode(written!)).toBe(reference.answer);
    decoder.close();
    await engine.close();
  });
});
