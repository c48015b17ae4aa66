import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openBest, tf } from '@lab/engine';
import { expect, it } from 'vitest';
import { embeddedGptFolder } from '../src/embedded-gpt/index.ts';
import { isLanguageModel, models } from '../src/index.ts';
import { batchOf, plainForward, uploadAll } from './plain-forward.ts';

const open = async () => {
  const model = await models.build(models.parse({ name: 'embedded-gpt' }), {});
  if (!isLanguageModel(model)) throw new Error('no language model head');
  return model;
};

it('cuts texts at words that byte pairs were learnt from, and puts them together again', async () => {
  const model = await open();
  const text = 'café: a small restaurant where drinks are sold.\n“naïve” 12,5 %';
  expect(model.decode(model.encodeBare(text))).toBe(text);
  expect(model.encodeBare(' restaurant').length).toBeLessThan(5);
  expect(model.end).toBe(0);
});

it('finds a definition far likelier than the same words backwards', async () => {
  const { engine } = await openBest('js');
  const model = await open();
  const weights = await uploadAll(model);
  const loss = (text: string): number =>
    tf.tidy(() => {
      const ids = model.encodeBare(text);
      const forward = plainForward(weights);
      const logits = model.logits(forward, model.encode(forward, batchOf([ids])));
      const logs = tf.logSoftmax(tf.squeeze(logits, [0])).arraySync() as number[][];
      return -ids.subarray(1).reduce((sum, id, i) => sum + logs[i]![id]!, 0) / (ids.length - 1);
    });
  const words = 'puppy: a young dog . the part of the body between the neck and the chest'.split(' ');
  // Uniform guessing costs ln 2048 = 7.6 nats a token.
  expect(loss(words.join(' '))).toBeLessThan(5);
  expect(loss(words.join(' '))).toBeLessThan(loss(words.toReversed().join(' ')) - 0.5);
  tf.dispose(Object.values(weights));
  await engine.close();
});

it('has the weights that its recipe and curve belong to', () => {
  const digest = createHash('sha256')
    .update(readFileSync(join(embeddedGptFolder, 'model.safetensors')))
    .digest('hex');
  const recipe = JSON.parse(readFileSync(join(embeddedGptFolder, 'recipe.json'), 'utf8')) as { readonly steps: number };
  const last = readFileSync(join(embeddedGptFolder, 'curve.csv'), 'utf8').trimEnd().split('\n').at(-1)!;
  expect(last).toMatch(new RegExp(`^${recipe.steps},`));
  expect(digest).toBe('2c5214db5d23928d6906427bbce0213b25b54f54ec0b2f5cc5e78730739da3e5');
});
