import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { noNoise } from '@lab/adapter';
import { models } from '@lab/models';
import { asFloats, readSafetensors, tf, type HostArray } from '@lab/engine';
import { describe, expect, it } from 'vitest';
import { blueprintOf, passWith, planRun, taskLoss } from '../src/index.ts';
import { fixtures } from './letters.ts';

const upload = ({ data, shape, dtype }: HostArray): tf.Tensor => tf.tensor(data, [...shape], dtype);

describe('a span head', () => {
  it('has the loss of transformers’ BertForQuestionAnswering', async () => {
    const read = (file: string) => readSafetensors(readFileSync(join(fixtures, 'families/bert-qa', file))).tensors;
    const expected = read('expected.safetensors');
    const at = (name: string): HostArray => {
      const array = expected[name];
      if (!array) throw new Error(`no ${name}`);
      return array;
    };
    const model = await models.build(models.parse({ name: 'bert', pooling: 'cls' }), {
      weights: join(fixtures, 'families/bert-qa'),
    });
    const { config } = planRun(
      {
        seed: 1,
        dataset: { name: 'squad' },
        model: { name: 'bert' },
        adapter: { name: 'none' },
        dropout: { name: 'none' },
      },
      'test',
    );
    const blueprint = blueprintOf(config, model, { task: { kind: 'extractive-qa' }, biEncoder: false });
    const params = Object.fromEntries(
      ['weight', 'bias'].map((kind) => [`qa_outputs.${kind}`, upload(at(`head.qa_outputs.${kind}`))]),
    );
    const frozen = Object.fromEntries(
      Object.entries(await model.weights()).map(([name, array]) => [name, upload(array)]),
    );
    const valid = at('valid');
    const [rows = 0, tokens = 0] = valid.shape;
    const tokenBatch = {
      ids: upload(at('ids')) as tf.Tensor2D,
      valid: upload(valid) as tf.Tensor2D,
      extra: expected['types'] ? { types: upload(at('types')) } : {},
    };
    const { outputs } = passWith(blueprint, { frozen, batch: tokenBatch }, params, noNoise);
    // Scores of every token that is there, as transformers has them.
    const theirs = asFloats(at('logits'), 'logits').data;
    const ours = outputs.dataSync<'float32'>();
    for (let side = 0; side < 2; side++)
      for (let place = 0; place < rows * tokens; place++)
        if (valid.data[place] === 1)
          expect(
            Math.abs((ours[side * rows * tokens + place] ?? NaN) - (theirs[2 * place + side] ?? NaN)),
          ).toBeLessThan(2e-5);
    // Its loss counts padding as tokens; without any, it is ours.
    const whole = Array.from({ length: rows }, (_, r) => r).filter((r) =>
      Array.from({ length: tokens }, (_, t) => valid.data[r * tokens + t]).every((v) => v === 1),
    );
    expect(whole.length).toBeGreaterThan(0);
    const labels = ['start_positions', 'end_positions'].flatMap((side) => Array.from(at(`labels.${side}`).data));
    const weights = labels.map((_, i) => (whole.includes(i % rows) ? 1 / (2 * whole.length) : 0));
    const loss = taskLoss(blueprint, outputs, {
      ...tokenBatch,
      labels: tf.tensor1d(labels, 'int32'),
      weights: tf.tensor1d(weights),
    }).arraySync();
    const row = (side: number, r: number) => {
      const scores = Array.from({ length: tokens }, (_, t) => theirs[2 * (r * tokens + t) + side] ?? NaN);
      const total = Math.log(scores.reduce((sum, x) => sum + Math.exp(x), 0));
      return total - (scores[labels[side * rows + r] ?? NaN] ?? NaN);
    };
    const mean = whole.flatMap((r) => [row(0, r), row(1, r)]).reduce((a, b) => a + b, 0) / (2 * whole.length);
    expect(Math.abs(loss - mean)).toBeLessThan(1e-5);
  });
});
