import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Model, SiteUse } from '@lab/adapter';
import { BadInput } from '@lab/records';
import { openEngine, tf } from '@lab/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { models } from '../src/index.ts';
import { hashIds } from './hash.ts';
import { batchOf, plainForward, uploadAll } from './plain-forward.ts';
import { readSentences } from './sentences.ts';

interface Fixture {
  readonly hashes: string;
  readonly rows: readonly { readonly text: string; readonly ids: readonly number[] }[];
  readonly embeddings: { readonly texts: readonly string[]; readonly values: string };
}
const fixture = JSON.parse(readFileSync(new URL('./fixtures/use-lite.json', import.meta.url), 'utf8')) as Fixture;
const floats = (base64: string): Float32Array => {
  const bytes = Buffer.from(base64, 'base64');
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
};

const build = (options: object = {}): Promise<Model> =>
  models.build(models.parse({ name: 'use-lite', ...options }), {});

let plain: Model;
let sentence: Model;
let weights: { readonly [name: string]: tf.Tensor };

beforeAll(async () => {
  const engine = await openEngine('wasm');
  await engine.close();
  await tf.setBackend('wasm');
  plain = await build();
  sentence = await build({ pooling: 'tanh-head' });
  weights = await uploadAll(sentence);
});
afterAll(() => tf.dispose(Object.values(weights)));

describe('tokenizer', () => {
  it('gives the reference ids on every sentence of the embedded data', () => {
    const expected = fixture.hashes.split(' ');
    const sentences = readSentences();
    expect(sentences.length).toBeGreaterThanOrEqual(2000);
    const wrong = sentences.filter((text, i) => hashIds(plain.tokenize(text).ids) !== expected[i]);
    expect(wrong).toEqual([]);
    expect(expected).toHaveLength(sentences.length);
  });

  it.each(fixture.rows.map(({ text, ids }) => [text, ids] as const))('equals the reference row of %j', (text, ids) => {
    expect([...plain.tokenize(text).ids]).toEqual(ids);
  });

  it('keeps at most 128 tokens', () => {
    expect(plain.tokenize('word '.repeat(300)).ids).toHaveLength(128);
  });
});

describe('encoder', () => {
  it('gives the embeddings of the package’s own graph to 1e-5, a cut text included', () => {
    const { texts, values } = fixture.embeddings;
    const forward = plainForward(weights);
    const expected = floats(values);
    expect(expected).toHaveLength(512 * texts.length);
    const worst = texts.map((text, i) =>
      tf.tidy(() => {
        const batch = batchOf([sentence.tokenize(text).ids]);
        const ours = sentence.pool(forward, sentence.encode(forward, batch), batch).dataSync();
        return Math.max(...ours.map((value, j) => Math.abs(value - expected[512 * i + j]!)));
      }),
    );
    expect(Math.max(...worst)).toBeLessThan(1e-5);
  });

  it('is not moved by padding, and pools the mean of the valid tokens', () => {
    const ids = plain.tokenize('A very good film.').ids;
    tf.tidy(() => {
      const forward = plainForward(weights);
      const run = (tokens: number) => {
        const batch = batchOf([ids], tokens);
        const hidden = plain.encode(forward, batch);
        return { pooled: plain.pool(forward, hidden, batch).dataSync(), hidden };
      };
      const tight = run(ids.length);
      const padded = run(ids.length + 5);
      const mean = tf.mean(tight.hidden, 1).dataSync();
      // Vector lengths of other sizes sum in another order; hidden states here reach 28.
      tight.pooled.forEach((value, i) => {
        expect(Math.abs(padded.pooled[i]! - value)).toBeLessThan(5e-5);
        expect(Math.abs(mean[i]! - value)).toBeLessThan(5e-5);
      });
      expect(Math.max(...tight.hidden.dataSync())).toBeGreaterThan(10);
    });
  });

  it('meets exactly the sites it declares, in order and shape, and every linear map once', () => {
    const used: SiteUse[] = [];
    const lines: string[] = [];
    tf.tidy(() => {
      const base = plainForward(weights, (site, place, value) => {
        used.push({ site, place, shape: value.shape });
        return value;
      });
      const forward = { ...base, linear: (path: string, x: tf.Tensor) => (lines.push(path), base.linear(path, x)) };
      const batch = batchOf([sentence.tokenize('one').ids, sentence.tokenize('two words').ids]);
      sentence.pool(forward, sentence.encode(forward, batch), batch);
      expect(used).toEqual(sentence.sites(2, batch.ids.shape[1]));
    });
    expect(lines.sort()).toEqual(sentence.linears.map(({ path }) => path).sort());
  });

  it('keeps padding hidden when noise hides every real key', () => {
    tf.tidy(() => {
      const weightsSeen: tf.Tensor[] = [];
      const forward = plainForward(weights, (site, _place, value) => {
        if (site === 'attention.weights') weightsSeen.push(value);
        return site === 'attention.logits' ? tf.sub(value, 1e9) : value;
      });
      plain.encode(forward, batchOf([plain.tokenize('good').ids], 4));
      const onPadding = tf.slice(weightsSeen[0]!, [0, 0, 0, 1], [1, 4, 4, 3]).dataSync();
      expect(Math.max(...onPadding)).toBe(0);
    });
  });

  it('has gradients into its linear maps that agree with central differences', () => {
    tf.tidy(() => {
      const batch = batchOf([plain.tokenize('a good film').ids]);
      const path = 'layer.0.attention.query';
      const loss = (extra: tf.Tensor) => {
        const base = plainForward(weights);
        const forward = {
          ...base,
          linear: (p: string, x: tf.Tensor) => (p === path ? tf.add(base.linear(p, x), extra) : base.linear(p, x)),
        };
        return tf.sum(tf.square(plain.pool(forward, plain.encode(forward, batch), batch)));
      };
      const at = tf.zeros([1, 1, 256]);
      const gradient = tf.grad(loss)(at).dataSync<'float32'>();
      const direction = tf.tensor3d(
        Array.from({ length: 256 }, (_, i) => Math.sin(i)),
        [1, 1, 256],
      );
      // Small enough that the h² term is far below 1 %, large enough for float32.
      const h = 2e-3;
      const rise = (loss(tf.mul(direction, h)).dataSync()[0]! - loss(tf.mul(direction, -h)).dataSync()[0]!) / (2 * h);
      const predicted = gradient.reduce((sum, g, i) => sum + g * Math.sin(i), 0);
      expect(rise).not.toBe(0);
      expect(Math.abs(predicted / rise - 1)).toBeLessThan(0.01);
    });
  });
});

describe('weights', () => {
  it('fit the declared linear maps', async () => {
    const given = await sentence.weights();
    for (const { path, dIn, dOut } of sentence.linears) {
      expect(given[`${path}.weight`]!.shape).toEqual([dIn, dOut]);
      expect(given[`${path}.bias`]!.shape).toEqual([dOut]);
    }
    for (const [name, { shape, data }] of Object.entries(given))
      expect(data.length, name).toBe(shape.reduce((a, b) => a * b, 1));
  });

  it('are used by the pooling that needs them only', async () => {
    expect(Object.keys(await plain.weights())).not.toContain('pooler.weight');
    expect(plain.linears.map(({ path }) => path)).not.toContain('pooler');
  });

  it('that are missing or cut give one sentence with the path', async () => {
    const empty = mkdtempSync(join(tmpdir(), 'use-lite-'));
    const config = models.parse({ name: 'use-lite' });
    const file = join(empty, 'model.json');
    await expect(models.build(config, { weights: empty })).rejects.toThrow(
      new BadInput(`model "use-lite": no such file: ${file} (expected model.json, vocab.json and the weight shards)`),
    );
    writeFileSync(
      file,
      '{"weightsManifest": [{"paths": ["shard"], "weights": [{"name": "w", "shape": [9], "dtype": "float32"}]}]}',
    );
    await expect(models.build(config, { weights: empty })).rejects.toThrow(join(empty, 'vocab.json'));
    writeFileSync(join(empty, 'vocab.json'), JSON.stringify(Array.from({ length: 8 }, (_, i) => [`p${i}`, 0])));
    const broken = await models.build(config, { weights: empty });
    await expect(broken.weights()).rejects.toThrow(join(empty, 'shard'));
    writeFileSync(join(empty, 'shard'), Buffer.alloc(8));
    await expect(broken.weights()).rejects.toThrow(/hold 8 bytes, too few for weight w/);
    expect(existsSync(file)).toBe(true);
  });
});
