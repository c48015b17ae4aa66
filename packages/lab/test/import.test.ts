import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { noNoise, type HostParams } from '@lab/adapter';
import { readSafetensors, tf, writeSafetensors, type Params } from '@lab/engine';
import { models } from '@lab/models';
import { BadInput, present, readImport, readPredictions, readRecord } from '@lab/records';
import { blueprintOf, passWith, planRun, trainedParams, storedSetting } from '@lab/runner';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportRun } from '../src/commands/export.ts';
import { adopt } from '../src/import/adopt.ts';
import { readPeftFolder } from '../src/import/folder.ts';
import { lab, scratch } from './cli.ts';
import { tinyCheckpoint } from './tiny.ts';

const { out, remove } = scratch();
afterAll(remove);

/** By real PEFT: scripts/fixtures/training/imports.py. */
const fixtures = fileURLToPath(new URL('fixtures/imports', import.meta.url));
interface Expected {
  readonly texts: readonly string[];
  readonly cases: { readonly [name: string]: { readonly family: string; readonly logits: readonly unknown[] } };
}
const expected = JSON.parse(readFileSync(join(fixtures, 'expected.json'), 'utf8')) as Expected;

/** A folder with a tiny checkpoint of transformers, in which a letter is a token. */
const checkpoint = (family: string): string => {
  const folder = join(out, family);
  return existsSync(folder) ? folder : tinyCheckpoint(family, folder);
};

const kindOf = (family: string): string => present(/^[a-z]+/.exec(family)?.[0]);

const adopted = (name: string) => {
  const { family } = present(expected.cases[name]);
  const folder = join(fixtures, name);
  return adopt(readPeftFolder(folder), { name: kindOf(family) }, { out, weights: checkpoint(family) });
};

const tensors = (arrays: HostParams): Params =>
  Object.fromEntries(Object.entries(arrays).map(([name, { data, shape }]) => [name, tf.tensor(data, [...shape])]));

/** Our logits of every text, [outputs] or [T, V], one after the other. */
const logitsOf = async (name: string): Promise<readonly number[]> => {
  const { family } = present(expected.cases[name]);
  const { name: kept, summary, ...named } = await adopted(name);
  expect(summary).toMatch(/rank \d, \d+ maps/);
  const { model: chosen } = named;
  const context = { weights: checkpoint(family), trainedHead: named.head !== undefined };
  const model = await models.build(chosen, context);
  const bytes = Buffer.from(readImport(out, kept)['adapter_model.safetensors']);
  const data = { ...named, dataset: { name: 'imdb' }, dropout: { name: 'none' }, seed: 0 };
  const blueprint = blueprintOf(planRun(data, 'test').config, model, storedSetting(bytes, model.width));
  const params = tensors(trainedParams(blueprint, bytes, kept));
  const frozen = tensors(await model.weights());
  return expected.texts.flatMap((text) => {
    const { ids } = model.tokenize(text);
    const batch = {
      ids: tf.tensor2d(ids, [1, ids.length], 'int32'),
      valid: tf.ones<tf.Rank.R2>([1, ids.length]),
      extra: { types: tf.zeros([1, ids.length], 'int32') },
    };
    return [...passWith(blueprint, { frozen, batch }, params, noNoise).outputs.dataSync()];
  });
};

describe('an adapter of PEFT', () => {
  it.each(Object.keys(expected.cases).filter((name) => name !== 'tied'))(
    '%s: computes what PEFT does',
    async (name) => {
      const theirs = present(expected.cases[name]).logits.flat(3) as readonly number[];
      const ours = await logitsOf(name);
      expect(ours).toHaveLength(theirs.length);
      // float32 sums of a dozen terms in another order, and AdaLoRA's 1e-5 beside its rank.
      ours.forEach((x, i) => expect(Math.abs(x - present(theirs[i]))).toBeLessThan(2e-5));
    },
  );

  it('is kept under the name of its content', async () => {
    const { name } = await adopted('lora');
    expect(name).toBe((await adopted('lora')).name);
    writeFileSync(join(out, 'imports', name, 'adapter_config.json'), '{}');
    expect(() => readImport(out, name)).toThrow(/its files are not those that were imported/);
    expect(() => readImport(out, '0'.repeat(16))).toThrow(/is missing; lab import <folder>/);
  });

  it('of an encoder that saved no head is refused', async () => {
    const folder = join(out, 'headless');
    cpSync(join(fixtures, 'lora'), folder, { recursive: true });
    const file = join(folder, 'adapter_model.safetensors');
    const { tensors: given } = readSafetensors(readFileSync(file));
    const pairs = Object.fromEntries(Object.entries(given).filter(([name]) => name.includes('lora_')));
    writeFileSync(file, writeSafetensors({ tensors: pairs, metadata: {} }));
    const config = { ...JSON.parse(readFileSync(join(fixtures, 'lora', 'adapter_config.json'), 'utf8')) };
    writeFileSync(join(folder, 'adapter_config.json'), JSON.stringify({ ...config, modules_to_save: null }));
    const weights = checkpoint('bert-pooler');
    await expect(adopt(readPeftFolder(folder), { name: 'bert' }, { out, weights })).rejects.toThrow(
      /headless: has no head, and bert puts out nothing without one/,
    );
  });

  it('that cannot be computed as PEFT does is refused', async () => {
    await expect(adopted('tied')).rejects.toThrow(
      /embed_tokens.weight is saved whole; the model makes its logits with the same table, and PEFT does not$/,
    );
  });
});

describe('a folder that is not read', () => {
  const folderWith = (name: string, files: { readonly [file: string]: string | Uint8Array }): string => {
    const folder = join(out, name);
    mkdirSync(folder);
    for (const [file, content] of Object.entries(files)) writeFileSync(join(folder, file), content);
    return folder;
  };

  it('with a pickle says how to convert it', () => {
    const folder = folderWith('pickle', { 'adapter_config.json': '{}', 'adapter_model.bin': 'x' });
    expect(() => readPeftFolder(folder)).toThrow(/adapter_model.bin is a pickle .* s\.save_file\(/);
  });

  it('of a task that no model has says which there are', () => {
    const folder = folderWith('tokens', { 'adapter_config.json': '{"task_type": "TOKEN_CLS"}' });
    expect(() => readPeftFolder(folder)).toThrow(
      /"task_type" is "TOKEN_CLS"; allowed: SEQ_CLS, CAUSAL_LM, QUESTION_ANS, null$/,
    );
  });

  it.each([
    ['a number that is none', { data: Float32Array.of(1, NaN), shape: [2] }, /norm\.lora_A\.weight holds NaN at 1$/],
    [
      'a pair on no linear map',
      { data: Float32Array.of(1), shape: [1] },
      /: norm carries a pair, and bert has no such/,
    ],
  ])('with %s names it', async (name, { data, shape }, message) => {
    const file = join(fixtures, 'lora', 'adapter_model.safetensors');
    const { tensors: given } = readSafetensors(readFileSync(file));
    const more = { 'base_model.model.norm.lora_A.weight': { dtype: 'float32', data, shape } as const };
    const folder = folderWith(name, {
      'adapter_config.json': readFileSync(join(fixtures, 'lora', 'adapter_config.json'), 'utf8'),
      'adapter_model.safetensors': writeSafetensors({ tensors: { ...given, ...more }, metadata: {} }),
    });
    const weights = checkpoint('bert-pooler');
    await expect(adopt(readPeftFolder(folder), { name: 'bert' }, { out, weights })).rejects.toThrow(message);
  });

  it('without its files says what is missing', () => {
    expect(() => readPeftFolder(join(out, 'nowhere'))).toThrow(BadInput);
    expect(() => readPeftFolder(join(out, 'nowhere'))).toThrow(/adapter_config.json.*save_pretrained of PEFT/);
  });
});

describe('lab import', () => {
  const { family, logits } = present(expected.cases['lora']);
  const splits = ['train', 'validation', 'test'];
  const fileOf = (split: string): string => join(out, `${split}.jsonl`);
  const theirs = (row: string): readonly number[] => logits[Number(/\d+$/.exec(row)?.[0]) % logits.length] as number[];
  /** Largest difference of a run's outputs from PEFT's. */
  const gap = (run: string): number =>
    Math.max(
      ...readPredictions(out, run).flatMap(({ id, deterministic }) =>
        deterministic.map((x, i) => Math.abs(x - present(theirs(id)[i]))),
      ),
    );
  const shared = () => ['--weights', checkpoint(family), '--out', out, '--workers', '1'];
  let imported: { readonly imported: string; readonly runs: readonly { readonly id: string }[] };

  beforeAll(async () => {
    const rows = expected.texts.map((text, i) => JSON.stringify({ text, label: ['x', 'y', 'z'][i % 3] })).join('\n');
    for (const split of splits) writeFileSync(fileOf(split), rows);
    const set = splits.map((split) => `dataset.${split}=${fileOf(split)}`);
    const kept = ['--set', ...set, 'dataset.classes=["x","y","z"]', 'train.maxTokens=8', 'members=2'];
    const args = ['--model', 'bert', '--dataset', 'file', '--json', ...shared(), ...kept];
    const ended = await lab('import', join(fixtures, 'lora'), ...args);
    expect([ended.code, ended.stderr]).toEqual([0, expect.stringContaining('1 done')]);
    imported = JSON.parse(ended.stdout) as typeof imported;
  }, 240_000);

  it('leaves a finished run with PEFT’s logits, which can be exported', async () => {
    const { id } = present(imported.runs[0]);
    expect(gap(id)).toBeLessThan(2e-5);
    expect(readPredictions(out, id).map(({ members }) => members?.length)).toEqual(expected.texts.map(() => 2));
    const [to, weights] = [join(out, 'exported'), checkpoint(family)];
    await exportRun({ out, run: id, format: 'peft', to, weights, batch: 1 });
    const numbers = (from: string) => readSafetensors(readFileSync(join(from, 'adapter_model.safetensors'))).tensors;
    const [given, written] = [numbers(join(fixtures, 'lora')), numbers(to)];
    for (const [name, { data }] of Object.entries(given)) expect([name, written[name]?.data]).toEqual([name, data]);
  });

  it('leaves a start for further training, by the adapter’s name and by the run’s', async () => {
    const { from: _from, dropout: _dropout, ...config } = present(readRecord(out, present(imported.runs[0]).id)).config;
    const arm = (name: string, from: object, lr: number) => ({
      labels: { name },
      config: { from, train: { epochs: 2, batchSize: 3, lr, weightDecay: 0 } },
    });
    const [peft, run] = [{ peft: imported.imported }, { run: present(imported.runs[0]).id }];
    const arms = [arm('still', peft, 1e-9), arm('from run, still', run, 1e-9), arm('moving', peft, 0.05)];
    const base = { ...config, dropout: { name: 'none' } };
    const study = join(out, 'further.json');
    writeFileSync(study, JSON.stringify({ name: 'further', scales: { tiny: { base, arms, seeds: [0] } } }));
    const ended = await lab('run', study, '--scale', 'tiny', '--json', ...shared());
    expect([ended.code, ended.stderr]).toEqual([0, expect.stringContaining('3 done')]);
    const plan = await lab('plan', study, '--scale', 'tiny', '--json', ...shared());
    const { plans } = JSON.parse(plan.stdout) as {
      readonly plans: readonly { readonly runs: readonly { readonly id: string }[] }[];
    };
    const [still = NaN, again = NaN, moving = NaN] = plans.flatMap(({ runs }) => runs.map(({ id }) => gap(id)));
    expect([still < 1e-4, again < 1e-4, moving > 1e-2]).toEqual([true, true, true]);
  }, 240_000);
});
