import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { lab, scratch } from './cli.ts';

const { out, remove } = scratch();
afterAll(remove);

const file = join(out, 'tiny.json');
const experiment = {
  name: 'tiny',
  scales: {
    quick: {
      base: {
        dataset: { name: 'imdb', train: 16, validation: 8, maxTest: 16 },
        model: { name: 'use-lite' },
        adapter: { name: 'lora' },
        train: { epochs: 3, batchSize: 8, maxTokens: 16 },
        members: 0,
      },
      arms: [
        { labels: { method: 'none' }, config: { dropout: { name: 'none' } } },
        { labels: { method: 'stopped' }, config: { dropout: { name: 'none' }, select: 'early-stopping' } },
      ],
      seeds: [0, 1],
      tuning: {
        how: 'random',
        trials: 3,
        seeds: [50],
        shared: { 'train.lr': { low: 0.0001, high: 0.01, scale: 'log' } },
        own: { stopped: { 'train.weightDecay': [0, 0.1] } },
        rungs: [1],
        keep: 0.5,
      },
    },
  },
};
writeFileSync(file, JSON.stringify(experiment));
const options = ['--out', out, '--workers', '1'];

interface TuneOutput {
  readonly file: string;
  readonly tuning: {
    readonly arms: readonly {
      readonly steps: number;
      readonly chosen: number;
      readonly trials: readonly {
        readonly settings: { readonly [key: string]: number };
        readonly losses: readonly { readonly epoch: number; readonly loss: number }[];
        readonly stoppedAfter: number | null;
      }[];
    }[];
  };
  readonly replay: { readonly replays: number; readonly saved: number } | null;
}

describe('lab tune', () => {
  it('refuses to confirm before it has searched, searches under equal budgets, and hands the settings on', async () => {
    const early = await lab('plan', file, '--tuned', ...options.slice(0, 2));
    expect(early.code).toBe(2);
    expect(early.stderr).toContain('lab tune');

    const searched = await lab('tune', file, ...options, '--json');
    expect(searched.stderr).not.toContain('failed');
    expect(searched.code).toBe(0);
    const [found] = JSON.parse(searched.stdout) as [TuneOutput];
    const [plain, stopped] = found.tuning.arms;
    // Three trials for one epoch of two steps, two of them for two more; early stopping may end
    // sooner.
    expect(plain!.steps).toBe(2 * 3 + 4 * 2);
    for (const arm of [plain!, stopped!]) {
      expect(arm.trials).toHaveLength(3);
      expect(arm.trials.filter(({ stoppedAfter }) => stoppedAfter === 1)).toHaveLength(1);
      const ends = arm.trials
        .filter(({ stoppedAfter }) => stoppedAfter === null)
        .map(({ losses }) => losses.at(-1)!.loss);
      expect(arm.trials[arm.chosen]!.losses.at(-1)!.loss).toBe(Math.min(...ends));
    }

    // The same search again trains nothing and finds the same; with --finish the stopped trial goes
    // on.
    const again = await lab('tune', file, ...options, '--finish', '--json');
    const [more] = JSON.parse(again.stdout) as [TuneOutput];
    expect(more.tuning).toEqual(found.tuning);
    expect(more.replay!.replays).toBe(2_000);

    const planned = await lab('plan', file, '--tuned', ...options.slice(0, 2), '--json');
    expect(planned.code).toBe(0);
    expect(planned.stdout).toContain('"seed":0');
    expect(planned.stdout).not.toContain('"seed":50');
    expect(existsSync(found.file)).toBe(true);
    writeFileSync(found.file, readFileSync(found.file, 'utf8').replace('"chosen"', '"chosen" '));
    expect((await lab('plan', file, '--tuned', ...options.slice(0, 2))).code).toBe(0);
    writeFileSync(found.file, readFileSync(found.file, 'utf8').replace('"keep": 0.5', '"keep": 0.6'));
    const edited = await lab('plan', file, '--tuned', ...options.slice(0, 2));
    expect(edited.code).toBe(2);
    expect(edited.stderr).toContain('differs from what lab tune wrote');
  }, 240_000);
});
