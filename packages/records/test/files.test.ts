import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BadInput, makeFolder, readText, writeWhole } from '../src/index.ts';
import { refused } from '../src/store/files.ts';
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

  it('says in one sentence that a file stands in the way of a folder', () => {
    const folder = freshFolder();
    writeFileSync(join(folder, 'taken'), '');
    const inside = join(folder, 'taken', 'deeper');
    for (const act of [() => makeFolder(inside), () => writeWhole(join(inside, 'x'), '')]) {
      expect(act).toThrow(BadInput);
      expect(act).toThrow(`cannot make the folder ${inside}: a part of the path is a file`);
    }
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
  ])('turns %s into a sentence', (code, reason) => {
    const error = refused('write', '/out/run.json', Object.assign(new Error('raw'), { code }));
    expect(error).toBeInstanceOf(BadInput);
    expect((error as Error).message).toBe(
      `cannot write /out/run.json: ${reason}; free it or choose another folder with --out`,
    );
  });

  it('lets other errors pass as they are', () => {
    const error = Object.assign(new Error('odd'), { code: 'EIO' });
    expect(refused('write', 'x', error)).toBe(error);
  });
});

describe('readText', () => {
  it('is null for a file that is not there, and an error for a folder', () => {
    const folder = freshFolder();
    expect(readText(join(folder, 'absent'))).toBeNull();
    expect(() => readText(folder)).toThrow('EISDIR');
  });
});
