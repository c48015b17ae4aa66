import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { cachePath, hubBytes, sha256 } from '../src/hub/cache.ts';
import { hubFetchOver } from '../src/hub/fetch.ts';
import { folderWith, hubOf } from './fixtures.ts';

const file = { repo: 'owner/name', revision: '0123456789abcdef0123456789abcdef01234567', path: 'a/train.parquet' };
const bytes = new TextEncoder().encode('bytes');

describe('the cache of hub files', () => {
  it('keeps the checksum, and refuses a file that no longer has it', async () => {
    const sources = { cacheDir: await folderWith({}), ...hubOf({ 'owner/name/a/train.parquet': bytes }) };
    expect(await hubBytes(file, sources)).toEqual(bytes);
    const path = cachePath(file, sources);
    const receipt: unknown = JSON.parse(await readFile(`${path}.receipt.json`, 'utf8'));
    expect(receipt).toEqual({ ...file, sha256: sha256(bytes), bytes: 5 });
    // The digest of the five letters "bytes", from sha256sum.
    expect(sha256(bytes)).toBe('277089d91c0bdf4f2e6862ba7e4a07605119431f5d13f726dd352b06f1b206a9');
    await writeFile(path, 'other');
    await expect(hubBytes(file, sources)).rejects.toThrow(/SHA-256 is .* delete the file/);
  });

  it('wants a whole commit hash, a repository and a path inside it', async () => {
    const sources = { cacheDir: 'unused', ...hubOf({}) };
    await expect(hubBytes({ ...file, revision: 'main' }, sources)).rejects.toThrow(/whole commit hash .* got "main"/);
    await expect(hubBytes({ ...file, repo: 'name' }, sources)).rejects.toThrow(/owner\/name/);
    await expect(hubBytes({ ...file, repo: '../..' }, sources)).rejects.toThrow(/owner\/name/);
    await expect(hubBytes({ ...file, path: '../x' }, sources)).rejects.toThrow(/not a file path/);
  });

  it('leaves nothing behind when a download fails, and says when downloads are off', async () => {
    const sources = { cacheDir: await folderWith({}), ...hubOf({}) };
    await expect(hubBytes(file, sources)).rejects.toThrow(/not in the test's hub/);
    await expect(readFile(cachePath(file, sources))).rejects.toThrow(/ENOENT/);
    await expect(hubBytes(file, { cacheDir: sources.cacheDir })).rejects.toThrow(
      /not in the cache, and downloads are off/,
    );
  });
});

describe('downloads through the hub client', () => {
  /** A server that knows one file, and answers whole or by range. */
  const server =
    (asked: string[]): typeof fetch =>
    async (input, init) => {
      const url = new URL(input instanceof Request ? input.url : input.toString());
      asked.push(url.pathname);
      if (!url.pathname.endsWith('/resolve/0123456789abcdef0123456789abcdef01234567/a/train.parquet'))
        return new Response('', { status: 404, headers: { 'X-Error-Code': 'EntryNotFound' } });
      const range = new Headers(init?.headers).get('range');
      const headers = { etag: '"x"', 'content-length': '5', 'content-range': 'bytes 0-4/5' };
      return Promise.resolve(
        new Response(init?.method === 'HEAD' ? null : bytes, { status: range ? 206 : 200, headers }),
      );
    };

  it('asks for the data set at its commit, and tells the progress', async () => {
    const asked: string[] = [];
    const heard: number[] = [];
    const got = await hubFetchOver(server(asked))(file, (fraction) => heard.push(fraction));
    expect(new Uint8Array(got)).toEqual(bytes);
    expect(asked.every((path) => path.startsWith('/datasets/owner/name/'))).toBe(true);
    expect(heard.at(-1)).toBe(1);
  });

  it('says that a file does not exist, or that the hub cannot be reached', async () => {
    await expect(hubFetchOver(server([]))({ ...file, path: 'other' }, () => undefined)).rejects.toThrow(
      /other at 0123.*: no such file/,
    );
    const down: typeof fetch = () => Promise.reject(new Error('no network'));
    await expect(hubFetchOver(down)(file, () => undefined)).rejects.toThrow(/cannot be downloaded \(no network\)/);
  });
});
