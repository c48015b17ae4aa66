import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { BadInput } from '@lab/records';
import { afterAll, describe, expect, it } from 'vitest';
import { archiveFile, readArchive, writeArchive } from '../src/study/archive.ts';
import { inventAblation } from './synthetic.ts';

const folder = mkdtempSync(join(tmpdir(), 'report-archive-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const study = {
  ...inventAblation(2),
  holds: 'scale quick',
  sequences: [{ labels: { method: 'x' }, stages: ['1', '2'] }],
};
const [cell] = study.cells;
const head = JSON.stringify({ name: 'a', title: 'A', question: '?' });

const refusal = (...lines: readonly unknown[]): string => {
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n');
  writeFileSync(archiveFile(folder), gzipSync(`${text}\n`));
  try {
    readArchive(folder);
  } catch (error) {
    expect(error).toBeInstanceOf(BadInput);
    expect(String(error)).not.toContain('\n');
    return (error as BadInput).message;
  }
  throw new Error('nothing was refused');
};

describe('an archive', () => {
  it('gives back the study it was written from', () => {
    writeArchive(folder, study);
    expect(readArchive(folder)).toEqual(study);
    expect(readArchive(join(folder, 'none'))).toBeNull();
  });
  it('of rows that are no runs is refused by file, line and key', () => {
    expect(refusal(head, '{}')).toMatch(/runs\.jsonl\.gz, line 2: key "record": .*; restore it or write it again/);
    expect(refusal(head, cell, 'x')).toMatch(/line 3: not JSON/);
    expect(refusal({ name: 'a' })).toMatch(/line 1: key "title"/);
    expect(refusal('')).toMatch(/line 1: not JSON/);
  });
  it('does not take words for numbers', () => {
    const { record } = cell!;
    const evaluations = [{ ...record.result.evaluations[0], metrics: { accuracy: '0.9' } }];
    const changed = { ...cell, record: { ...record, result: { ...record.result, evaluations } } };
    expect(refusal(head, changed)).toMatch(/line 2: key "record\.result\.evaluations\.0\.metrics\.accuracy"/);
    const seeded = { ...cell, record: { ...record, config: { ...record.config, seed: '0' } } };
    expect(refusal(head, seeded)).toMatch(/line 2: key "record\.config\.seed"/);
  });
  it('that is no archive at all is refused in one sentence', () => {
    writeFileSync(archiveFile(folder), 'plain text');
    expect(() => readArchive(folder)).toThrow(/not an archive of runs \(.*\); restore it/);
  });
});
