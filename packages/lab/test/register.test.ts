import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { lab, scratch } from './cli.ts';

const { out, remove } = scratch();
afterAll(remove);

const file = join(out, 'tiny.json');
const write = (seeds: readonly number[]) =>
  writeFileSync(
    file,
    JSON.stringify({
      name: 'tiny',
      scales: {
        quick: {
          base: {
            dataset: { name: 'imdb', train: 16, validation: 8, maxTest: 16 },
            model: { name: 'use-lite' },
            adapter: { name: 'lora' },
            dropout: { name: 'none' },
            train: { epochs: 1, batchSize: 8, maxTokens: 16 },
            members: 0,
          },
          seeds,
        },
      },
    }),
  );

describe('lab register and lab verify', () => {
  it('freeze a plan once, and name what is missing and what was dropped', async () => {
    write([0, 1]);
    const places = ['--out', out];
    expect((await lab('verify', file, ...places)).stderr).toContain('nothing is registered');
    const registered = await lab('register', file, '--looks', '8', '16', ...places);
    expect(registered.stdout).toContain('2 runs registered before the first result; sha256');
    const again = await lab('register', file, ...places);
    expect(again.code).toBe(2);
    expect(again.stderr).toContain('registered already');
    write([0]);
    const verified = await lab('verify', file, ...places);
    expect(verified.code).toBe(1);
    expect(verified.stdout).toContain('dropped from the plan: seed 1');
    expect(verified.stdout).toContain('not finished, or dropped');
  }, 120_000);
});
