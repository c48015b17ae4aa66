import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { itemAt } from '@lab/records';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lab, scratch } from './cli.ts';

let folder: ReturnType<typeof scratch>;
let ids: readonly string[];
const out = () => join(folder.out, 'out');
const runs = (id = '') => join(out(), 'runs', id);
const args = () => ['compare', '--scale', 'smoke', '--out', out()];
const compute = () => lab('run', ...args(), '--workers', '1');
const predictions = () => ids.map((id) => readFileSync(join(runs(id), 'predictions.jsonl'), 'utf8'));
let before: readonly string[];

beforeAll(async () => {
  folder = scratch();
  expect((await compute()).code).toBe(0);
  ids = readdirSync(runs()).sort();
  before = predictions();
}, 120_000);
afterAll(() => folder.remove());

const id = (n: number) => itemAt(ids, n);

describe('run folders that hold another run', () => {
  it('make no table and no export, and are computed again', async () => {
    renameSync(runs(id(0)), runs('away'));
    renameSync(runs(id(1)), runs(id(0)));
    renameSync(runs('away'), runs(id(1)));
    const report = await lab('report', ...args());
    expect(report.code).toBe(2);
    expect(report.stderr).toContain(`is of run ${id(1)}, not of the run that its folder names`);
    const exported = await lab(
      'export',
      '--run',
      id(0),
      '--out',
      out(),
      '--format',
      'merged',
      '--to',
      join(out(), 'm'),
    );
    expect(exported.code).toBe(2);
    expect(exported.stderr).toContain('not of the run that its folder names');
    expect((await compute()).code).toBe(0);
    expect(predictions()).toEqual(before);
  }, 120_000);
});

describe('run folders that cannot be read', () => {
  it('stop neither the other runs nor themselves: they are set aside and computed again', async () => {
    const harms = [
      (path: string) => (rmSync(join(path, 'run.json')), execFileSync('mkfifo', [join(path, 'run.json')])),
      (path: string) => (rmSync(join(path, 'result.json')), mkdirSync(join(path, 'result.json'))),
      (path: string) => (rmSync(join(path, 'DONE')), symlinkSync('DONE', join(path, 'DONE'))),
      (path: string) => (rmSync(path, { recursive: true }), writeFileSync(path, 'a file')),
      (path: string) => (rmSync(path, { recursive: true }), symlinkSync(path, path)),
    ];
    harms.forEach((harm, n) => harm(runs(id(n))));
    const { code, stderr } = await compute();
    expect(stderr).toContain('5 done');
    expect(code).toBe(0);
    expect(predictions()).toEqual(before);
  }, 120_000);
});
