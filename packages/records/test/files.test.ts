import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  BadInput,
  checksumOf,
  concernsOnly,
  copyWhole,
  createWhole,
  digest,
  listFolder,
  makeFolder,
  readBytes,
  readText,
  Refusal,
  refused,
  setAside,
  writeWhole,
} from '../src/index.ts';
import { freshFolder } from './folder.ts';

describe('writeWhole', () => {
  it('makes folders, writes text and bytes, replaces, and leaves nothing else', () => {
    const folder = freshFolder();
    const path = join(folder, 'a', 'b', 'file.txt');
    writeWhole(path, 'one');
    writeWhole(path, Uint8Array.of(116, 119, 111));
    expect(readText(path)).toBe('two');
    expect(readdirSync(join(folder, 'a', 'b'))).toEqual(['file.txt']);
  });

  it('leaves no part of a file when it fails, and the old content where there was one', () => {
    const folder = freshFolder();
    // A folder that is not empty stands where the file should be: the rename is refused after the
    // whole content was written.
    mkdirSync(join(folder, 'file.txt', 'inside'), { recursive: true });
    expect(() => writeWhole(join(folder, 'file.txt'), 'content')).toThrow();
    expect(readdirSync(folder)).toEqual(['file.txt']);
    expect(readdirSync(join(folder, 'file.txt'))).toEqual(['inside']);
  });

  it('writes pieces one after the other, and nothing where one cannot be made', () => {
    const folder = freshFolder();
    const path = join(folder, 'file.txt');
    writeWhole(path, [Uint8Array.of(111), Uint8Array.of(110, 101)]);
    expect(readText(path)).toBe('one');
    const broken = function* (): Generator<Uint8Array> {
      yield Uint8Array.of(116);
      throw new Error('no more');
    };
    expect(() => writeWhole(path, broken())).toThrow('no more');
    expect([readText(path), readdirSync(folder)]).toEqual(['one', ['file.txt']]);
  });

  it('copies a file whole, and refuses what is not there', () => {
    const folder = freshFolder();
    const [from, to] = [join(folder, 'from'), join(folder, 'a', 'to')];
    writeWhole(from, 'text');
    copyWhole(from, to);
    expect(readText(to)).toBe('text');
    expect(() => copyWhole(join(folder, 'absent'), to)).toThrow(/cannot read .*absent: there is nothing at this path/);
  });

  it('says in one sentence that a file stands in the way of a folder', () => {
    const folder = freshFolder();
    writeFileSync(join(folder, 'taken'), '');
    const inside = join(folder, 'taken', 'deeper');
    for (const act of [() => makeFolder(inside), () => writeWhole(join(inside, 'x'), '')]) {
      expect(act).toThrow(BadInput);
      expect(act).toThrow(`cannot make the folder ${inside}: a part of the path is a file`);
    }
  });

  it.skipIf(!existsSync('/proc/self'))('says at once that a place makes no folders', () => {
    expect(() => makeFolder('/proc/lab-out/runs')).toThrow(/^cannot make the folder \/proc\/lab-out\/runs: .*--out$/);
  });

  it.skipIf(process.getuid?.() === 0)('says in one sentence that a folder may not be written', () => {
    const folder = freshFolder();
    chmodSync(folder, 0o555);
    expect(() => writeWhole(join(folder, 'x'), '')).toThrow(/^cannot write .*: permission denied; .*--out$/);
    chmodSync(folder, 0o755);
  });

  it.each([
    ['ENOSPC', 'the disk is full'],
    ['EACCES', 'permission denied'],
    ['EROFS', 'the file system is read-only'],
    ['EFBIG', 'the limit on the size of a file is reached'],
  ])('turns %s into a sentence', (code, reason) => {
    const error = refused('write', '/out/run.json', Object.assign(new Error('raw'), { code }), 'free it');
    expect(error).toBeInstanceOf(BadInput);
    expect(error).toHaveProperty('message', `cannot write /out/run.json: ${reason}; free it`);
  });

  it('knows which refusals leave other runs alone', () => {
    const refusal = (code: string) => refused('write', '/out/runs/a/DONE', Object.assign(new Error('raw'), { code }));
    expect(concernsOnly('/out/runs/a', refusal('EISDIR'))).toBe(true);
    for (const code of ['ENOSPC', 'EDQUOT', 'EROFS', 'EFBIG'])
      expect(concernsOnly('/out/runs/a', refusal(code))).toBe(false);
  });

  it('lets other errors pass as they are', () => {
    const error = Object.assign(new Error('odd'), { code: 'ERR_ODD' });
    expect(refused('write', 'x', error)).toBe(error);
  });
});

describe('reading', () => {
  it('gives bytes, text, checksums and names; null or nothing where there is nothing', () => {
    const folder = freshFolder();
    const path = join(folder, 'file');
    writeWhole(path, 'some text');
    expect(readBytes(path)?.toString()).toBe('some text');
    expect(checksumOf(path)).toEqual({ sha256: digest('some text'), bytes: 9 });
    expect(listFolder(folder)).toEqual(['file']);
    const absent = join(folder, 'absent');
    expect([readText(absent), checksumOf(absent), listFolder(absent)]).toEqual([null, null, []]);
  });

  const loop = (path: string) => symlinkSync(path, path);
  it.each<[string, (path: string) => void, string]>([
    ['a folder', (path) => mkdirSync(path), 'it is a folder'],
    ['a pipe that nobody writes to', (path) => execFileSync('mkfifo', [path]), 'it is no regular file'],
    ['a device', (path) => symlinkSync('/dev/zero', path), 'it is no regular file'],
    ['a link to itself', loop, 'its links lead in a circle'],
    ['a file too large', (path) => truncateSync(path, 2 ** 30), 'it has 1073741824 bytes, at most'],
  ])('refuses %s in one sentence, at once', (what, make, reason) => {
    const path = join(freshFolder(), 'run.json');
    if (what === 'a file too large') writeFileSync(path, '');
    make(path);
    expect(() => readText(path)).toThrow(Refusal);
    expect(() => readText(path)).toThrow(`cannot read ${path}: ${reason}`);
  });

  it('refuses a name that is too long, and a path through a file', () => {
    const folder = freshFolder();
    expect(() => readText(join(folder, 'x'.repeat(300)))).toThrow(/cannot read .*: the name is too long$/);
    writeFileSync(join(folder, 'file'), '');
    expect(() => readText(join(folder, 'file', 'below'))).toThrow(/a part of the path is a file$/);
    expect(() => listFolder(join(folder, 'file'))).toThrow(/cannot list the folder .*: a part of the path is a file$/);
  });
});

describe('createWhole', () => {
  it('succeeds once, and leaves nothing beside the file', () => {
    const folder = freshFolder();
    const path = join(folder, 'lease');
    expect([createWhole(path, 'one'), createWhole(path, 'two')]).toEqual([true, false]);
    expect(readText(path)).toBe('one');
    expect(listFolder(folder)).toEqual(['lease']);
  });

  it('is not stopped by what another process of the same number left half written', () => {
    const folder = freshFolder();
    const path = join(folder, 'lease');
    for (const ending of [`${process.pid}.tmp`, 'tmp', `tmp-${process.pid}`]) mkdirSync(`${path}.${ending}`);
    expect(createWhole(path, 'one')).toBe(true);
    writeWhole(path, 'two');
    expect(readText(path)).toBe('two');
  });
});

describe('setAside', () => {
  it('renames links themselves, and never over anything', () => {
    const folder = freshFolder();
    const path = join(folder, 'run');
    symlinkSync(path, `${path}.corrupt-1`);
    symlinkSync('nowhere', path);
    expect(setAside(path)).toBe(`${path}.corrupt-2`);
    expect(setAside(path)).toBeNull();
    expect(listFolder(folder)).toEqual(['run.corrupt-1', 'run.corrupt-2']);
  });
});
