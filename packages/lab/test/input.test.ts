import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lab, scratch } from './cli.ts';

let folder: ReturnType<typeof scratch>;
beforeAll(() => {
  folder = scratch();
  writeFileSync(join(folder.out, 'a-file'), '');
  mkdirSync(join(folder.out, 'empty'));
  writeFileSync(join(folder.out, 'empty.csv'), '');
});
afterAll(() => folder.remove());

describe('input that a person must mend', () => {
  it.each([
    [
      'an unknown experiment',
      ['run', 'sensitivty'],
      /unknown experiment "sensitivty" \(did you mean "sensitivity"\?\).*compare/,
    ],
    ['an unknown scale', ['run', 'compare', '--scale', 'huge'], /no scale "huge".*smoke, quick, embedded/],
    [
      'an unknown method',
      ['run', 'compare', '--scale', 'smoke', '--set', 'dropout.name=dropkeyy'],
      /unknown dropout "dropkeyy".*dropkey/,
    ],
    [
      'a rate outside [0, 1)',
      ['run', 'sensitivity', '--scale', 'smoke', '--set', 'dropout.p=1'],
      /"p".*\[0, 1\).*got 1/,
    ],
    ['an unknown key', ['run', 'compare', '--scale', 'smoke', '--set', 'train.lrr=1'], /unknown key "lrr"/],
    ['an override without a value', ['plan', 'compare', '--set', 'train'], /key=value/],
    ['no such number of workers', ['run', 'compare', '--workers', '0'], /--workers.*whole number from 1/],
    ['an unknown engine', ['run', 'compare', '--engine', 'abacus'], /abacus.*auto, gpu, onnx/],
    ['an unknown kind of list', ['list', 'cakes'], /unknown kind "cakes".*methods/],
    ['a kind that every object has', ['list', '__proto__'], /unknown kind "__proto__".*methods/],
    ['options of what has none', ['list', 'experiments', 'compare'], /list experiments: has no options.*methods/],
    ['no output folder', ['plan', 'compare', '--out', ''], /'--out <folder>' argument '' is invalid.*name of a folder/],
  ])('%s: one sentence, exit code 2', async (_what, args, sentence) => {
    const { code, stderr } = await lab(...args, ...(args[0] === 'run' ? ['--out', join(folder.out, 'o')] : []));
    expect(stderr).toMatch(sentence);
    expect(code).toBe(2);
    expect(existsSync(join(folder.out, 'o'))).toBe(false);
  });

  it('a results folder that cannot be written', async () => {
    const out = join(folder.out, 'a-file', 'out');
    const { code, stderr } = await lab('run', 'compare', '--scale', 'smoke', '--out', out);
    expect(stderr).toMatch(/cannot read .*a-file.*: a part of the path is a file/);
    expect(code).toBe(2);
  });

  it('a rank above the width', async () => {
    const out = join(folder.out, 'r');
    const { code, stderr } = await lab('run', 'compare', '--scale', 'smoke', '--out', out, '--set', 'adapter.r=4096');
    expect(stderr).toMatch(/adapter \(lora\): rank 4096 of .*lora_A is above \d+, the widest map/);
    expect(code).toBe(2);
  });

  it('a results folder that no disk has', async () => {
    const { code, stderr } = await lab('run', 'compare', '--scale', 'smoke', '--out', '/proc/lab-out');
    expect(stderr).toMatch(/cannot make the folder \/proc\/lab-out.*--out/);
    expect(code).toBe(2);
  });

  it('missing weights', async () => {
    const weights = join(folder.out, 'empty');
    const out = join(folder.out, 'w');
    const { code, stderr } = await lab('run', 'compare', '--scale', 'smoke', '--out', out, '--weights', weights);
    expect(stderr).toContain(weights);
    expect(code).toBe(2);
  });

  it('an empty data file', async () => {
    const file = join(folder.out, 'empty.csv');
    const data = ['dataset.name=file', `dataset.train=${file}`, 'dataset.maxTest=null'];
    const out = join(folder.out, 'd');
    const { code, stderr } = await lab('run', 'compare', '--scale', 'smoke', '--out', out, '--set', ...data);
    expect(stderr).toContain('empty.csv');
    expect(code).toBe(2);
  });
});
