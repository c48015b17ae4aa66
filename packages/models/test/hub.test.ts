import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hubFolder } from '../src/hub/fetch-file.ts';
import { hubModelFolder } from '../src/hub/resolve.ts';
import { models } from '../src/index.ts';
import { fixtureFolder } from './parity.ts';

const model = { repo: 'someone/tiny', revision: '0123456789abcdef0123456789abcdef01234567' };
const cache = (): string => mkdtempSync(join(tmpdir(), 'hub-'));

/**
 * A hub that serves files of a folder by range, counts what it sends, and says which ranges were
 * asked.
 */
const fakeHub = (folder: string, without: readonly string[] = []) => {
  const asked: string[] = [];
  const answer: typeof fetch = (input, init) => {
    const { pathname } = new URL(input instanceof Request ? input.url : input);
    const path = pathname.split(`/resolve/${model.revision}/`)[1]!;
    const range = new Headers(init?.headers).get('Range') ?? 'bytes=0-';
    asked.push(`${path} ${range}`);
    const file = join(folder, path);
    if (without.includes(path) || !existsSync(file))
      return Promise.resolve(new Response('', { status: 404, headers: { 'X-Error-Code': 'EntryNotFound' } }));
    const bytes = readFileSync(file);
    const [, from, to] = /bytes=(\d+)-(\d*)/.exec(range)!;
    const end = to === '' ? bytes.length : Math.min(bytes.length, Number(to) + 1);
    const headers = { 'Content-Range': `bytes ${from}-${end - 1}/${bytes.length}`, ETag: '"x"' };
    return Promise.resolve(new Response(bytes.subarray(Number(from), end), { status: 206, headers }));
  };
  return { fetch: answer, asked };
};

/** A folder to serve: a fixture's files with a tokenizer beside them. */
const served = (name: string): string => {
  const folder = cache();
  const files = [
    'config.json',
    'model.safetensors',
    'model.safetensors.index.json',
    'model-00001-of-00003.safetensors',
    'model-00002-of-00003.safetensors',
    'model-00003-of-00003.safetensors',
  ];
  for (const file of files.filter((f) => existsSync(join(fixtureFolder(name), f))))
    writeFileSync(join(folder, file), readFileSync(join(fixtureFolder(name), file)));
  const tokenizer = join(fixtureFolder(''), '..', 'tokenizers', 'wordpiece', 'tokenizer.json');
  writeFileSync(join(folder, 'tokenizer.json'), readFileSync(tokenizer));
  return folder;
};

describe('hub models', () => {
  it('are downloaded once, whole, and open', async () => {
    const cacheDir = cache();
    const source = served('bert-pooler');
    const { fetch, asked } = fakeHub(source);
    const shares: number[] = [];
    const context = { cacheDir, fetch, onProgress: (_file: string, share: number) => shares.push(share) };
    const config = models.parse({ name: 'bert', ...model });
    const opened = await models.build(config, context);
    expect(readFileSync(join(hubFolder(model, cacheDir), 'model.safetensors'))).toEqual(
      readFileSync(join(source, 'model.safetensors')),
    );
    expect(Object.keys(await opened.weights())).toContain('bert.pooler.dense.weight');
    expect(opened.tokenize('!').ids[0]).toBe(2);
    // This tokenizer knows more words than the tiny model has rows.
    expect(() => opened.tokenize('The film')).toThrow(/token id \d+; the model has 23 rows/);
    expect(Math.max(...shares)).toBe(1);
    const count = asked.length;
    await models.build(config, context);
    // Only what the repository does not have is asked for again.
    expect(asked.slice(count).every((line) => /tokenizer_config|index/.test(line))).toBe(true);
  });

  it('in shards are downloaded shard by shard', async () => {
    const cacheDir = cache();
    const folder = await hubModelFolder(model, cacheDir, fakeHub(served('roberta-regression')));
    expect(existsSync(join(folder, 'model-00003-of-00003.safetensors'))).toBe(true);
    expect(existsSync(join(folder, 'model.safetensors'))).toBe(false);
  });

  it('go on where a download stopped', async () => {
    const cacheDir = cache();
    const source = served('bert-pooler');
    const whole = readFileSync(join(source, 'model.safetensors'));
    mkdirSync(hubFolder(model, cacheDir), { recursive: true });
    writeFileSync(join(hubFolder(model, cacheDir), 'model.safetensors.part'), whole.subarray(0, 1000));
    const { fetch, asked } = fakeHub(source);
    const folder = await hubModelFolder(model, cacheDir, { fetch });
    expect(asked).toContain(`model.safetensors bytes=1000-${whole.length - 1}`);
    expect(readFileSync(join(folder, 'model.safetensors'))).toEqual(whole);
  });

  it('need a commit hash, a tokenizer.json and safetensors', async () => {
    const source = served('bert-pooler');
    const build = (options: object, without: readonly string[] = []) =>
      models.build(models.parse({ name: 'bert', ...options }), {
        cacheDir: cache(),
        fetch: fakeHub(source, without).fetch,
      });
    await expect(build({ repo: 'someone/tiny' })).rejects.toThrow('"repo" needs "revision", a commit hash');
    await expect(build({ repo: 'someone/tiny', revision: 'main' })).rejects.toThrow('must be a whole commit hash');
    await expect(build({ ...model, repo: 'tiny' })).rejects.toThrow('model.repo: "tiny" is not owner/name');
    await expect(build({ ...model, repo: '../..' })).rejects.toThrow('model.repo: "../.." is not owner/name');
    await expect(build(model, ['tokenizer.json'])).rejects.toThrow('has no tokenizer.json');
    await expect(build(model, ['model.safetensors'])).rejects.toThrow('has no model.safetensors');
  });

  it('cannot choose files outside the cache', async () => {
    const source = served('bert-pooler');
    const index = { weight_map: { 'some.weight': '../../../../escaped.safetensors' } };
    writeFileSync(join(source, 'model.safetensors.index.json'), JSON.stringify(index));
    await expect(hubModelFolder(model, cache(), fakeHub(source))).rejects.toThrow('no path inside a repository');
  });

  it('that cannot be reached are bad input', async () => {
    const refused: typeof fetch = () => Promise.reject(new Error('no route'));
    await expect(hubModelFolder(model, cache(), { fetch: refused })).rejects.toThrow(
      'hub model someone/tiny, config.json at 0123456789abcdef0123456789abcdef01234567: ' +
        'cannot be downloaded (no route)',
    );
  });
});
