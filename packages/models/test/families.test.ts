import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adapters, forwardWith, type SiteUse } from '@lab/adapter';
import { tf } from '@lab/engine';
import { beforeAll, describe, expect, it } from 'vitest';
import { relativeBucket } from '../src/families/mpnet/index.ts';
import { isLanguageModel, models } from '../src/index.ts';
import { CASES, compare, fixtureFolder, openCase } from './parity.ts';
import { batchOf, plainForward, uploadAll } from './plain-forward.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe.each(CASES)('$folder', (one) => {
  it('agrees with transformers and peft', async () => {
    const { hidden, logits, loss, loraLogits, gradient, matrices } = await compare(one);
    expect(matrices).toBeGreaterThanOrEqual(8);
    expect(hidden).toBeLessThan(1e-4);
    expect(logits).toBeLessThan(1e-4);
    expect(loraLogits).toBeLessThan(1e-4);
    expect(loss).toBeLessThan(1e-5);
    expect(gradient).toBeLessThan(1e-3);
  });

  it('meets exactly the sites and linear maps that it declares', async () => {
    const model = await openCase(one);
    const weights = await uploadAll(model);
    const used: SiteUse[] = [];
    const lines = new Set<string>();
    tf.tidy(() => {
      const base = plainForward(weights, (site, place, value) => {
        used.push({ site, place, shape: value.shape });
        return value;
      });
      const forward = { ...base, linear: (path: string, x: tf.Tensor) => (lines.add(path), base.linear(path, x)) };
      const batch = batchOf([Int32Array.of(3, 4, 5), Int32Array.of(6)]);
      model.pool(forward, model.encode(forward, batch), batch);
    });
    tf.dispose(Object.values(weights));
    expect(used).toEqual(model.sites(2, 3));
    expect([...lines].sort()).toEqual(model.linears.map(({ path }) => path).sort());
    for (const { path, dIn, dOut } of model.linears) expect(weights[`${path}.weight`]!.shape).toEqual([dIn, dOut]);
  });

  it('meets, with LoRA on every linear map, only uses that model and adapter declare', async () => {
    const model = await openCase(one);
    const adapter = adapters.build(adapters.parse({ name: 'lora', r: 2, target_modules: 'all-linear' }), model);
    const frozen = await uploadAll(model);
    const params = Object.fromEntries(adapter.params.map(({ name, shape }) => [name, tf.ones([...shape])]));
    const declared = new Map(
      [...model.sites(2, 3), ...adapter.sites(2, 3)].map((u) => [`${u.site} ${u.place.path}`, u.shape]),
    );
    const used = new Set<string>();
    tf.tidy(() => {
      const forward = forwardWith(model, adapter, frozen, params, (site, place, value) => {
        used.add(`${site} ${place.path}`);
        expect(value.shape, `${site} ${place.path}`).toEqual(declared.get(`${site} ${place.path}`));
        return value;
      });
      const batch = batchOf([Int32Array.of(3, 4, 5), Int32Array.of(6)]);
      model.pool(forward, model.encode(forward, batch), batch);
    });
    tf.dispose([...Object.values(frozen), ...Object.values(params)]);
    expect([...used].sort()).toEqual([...declared.keys()].sort());
  });
});

describe('MPNet', () => {
  it('has the buckets of distances that transformers has', () => {
    const expected: readonly number[] = JSON.parse(
      readFileSync(new URL('./fixtures/families/mpnet-buckets.json', import.meta.url), 'utf8'),
    );
    expect(expected.map((_, i) => relativeBucket(i - (expected.length - 1) / 2))).toEqual(expected);
    expect(expected).toHaveLength(401);
  });
});

describe('texts', () => {
  it.each([
    ['mistral', 9],
    ['gemma2', 10],
    ['qwen2', 16],
  ])('of %s are at most a window long', async (folder, longest) => {
    const one = CASES.find((each) => each.folder === folder);
    expect((await openCase(one!)).maxTokens).toBe(longest);
  });

  it('end at every token of generation_config.json', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ends-'));
    cpSync(fixtureFolder('llama-three'), folder, { recursive: true });
    const ends = async () => {
      const model = await models.build(models.parse({ name: 'llama', lm: true }), { weights: folder });
      return isLanguageModel(model) ? [model.end, model.ends] : undefined;
    };
    expect(await ends()).toEqual([2, [2]]);
    writeFileSync(join(folder, 'generation_config.json'), JSON.stringify({ eos_token_id: [7, 8, 9] }));
    expect(await ends()).toEqual([2, [7, 8, 9]]);
    writeFileSync(join(folder, 'generation_config.json'), JSON.stringify({ eos_token_id: 'all' }));
    await expect(ends()).rejects.toThrow(/generation_config\.json: key "eos_token_id"/);
  });
});

describe('a configuration of LLaMA', () => {
  const edited = (change: object): string => {
    const folder = mkdtempSync(join(tmpdir(), 'llama-'));
    cpSync(fixtureFolder('llama-grouped'), folder, { recursive: true });
    const file = join(folder, 'config.json');
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), ...change }));
    return folder;
  };
  const opened = (weights: string) => models.build(models.parse({ name: 'llama', lm: true }), { weights });

  it('that ties two tables of which the file holds both leaves them apart, as transformers does', async () => {
    expect(Object.keys(await (await opened(edited({ tie_word_embeddings: true }))).weights())).toContain(
      'lm_head.weight',
    );
  });

  it('that stretches positions without a factor is refused', async () => {
    const folder = edited({ rope_parameters: { rope_type: 'linear', rope_theta: 100 } });
    await expect(opened(folder)).rejects.toThrow(/"rope_type" is "linear", and there is no "factor" beside it$/);
  });
});

describe('the comparison', () => {
  it('notices a scale that is one percent off', async () => {
    for (const one of CASES) {
      const { gradient, loraLogits, logits } = await compare(one, 2.02);
      expect(gradient, one.folder).toBeGreaterThan(1e-3);
      expect(loraLogits, one.folder).toBeGreaterThan(1e-4);
      expect(logits, one.folder).toBeLessThan(1e-4);
    }
  });
});
