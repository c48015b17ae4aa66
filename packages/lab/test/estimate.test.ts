import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { skeletonOf } from '@lab/models';
import { experiments } from '@lab/experiments';
import { planRun, runsOf } from '@lab/runner';
import { estimateLines } from '../src/estimate/lines.ts';
import { openEstimate } from '../src/estimate/estimate.ts';
import { openSizes } from '../src/estimate/rows.ts';
import { workOfRun } from '../src/estimate/work.ts';
import { lab, scratch } from './cli.ts';

const base = {
  seed: 0,
  dataset: { name: 'imdb' },
  model: { name: 'roberta-large' },
  adapter: { name: 'lora', r: 8, target_modules: ['query', 'value'] },
  dropout: { name: 'none' },
  train: { epochs: 2, batchSize: 10, maxTokens: 100 },
  members: 0,
};
const size = { rows: 100, tokens: 100 };
const data = { train: size, validation: size, test: size, outputs: 2, written: false, missing: null };
const work = async (change: object) =>
  workOfRun(planRun({ ...base, ...change }, 'test').config, (await skeletonOf('roberta-large', false))!, data);

describe('the work of a run', () => {
  it('is that of the linear maps, forward and backward through the activations', async () => {
    const { steps, trainGflop } = await work({});
    expect(steps).toBe(20);
    // Twice 2 x 302 M multiplications a token, 100 tokens, 100 texts, 2 epochs, and attention.
    const products = (2 * 2 * 24 * 12 * 1024 ** 2 * 100 * 100 * 2) / 1e9;
    expect(trainGflop / products).toBeGreaterThan(1);
    expect(trainGflop / products).toBeLessThan(1.05);
  });

  it('grows with samples and branches, and whole weights need their own gradient', async () => {
    const plain = (await work({})).trainGflop;
    const factor = async (change: object) => (await work(change)).trainGflop / plain;
    expect(await factor({ dropout: { name: 'lora-dropout', samples: 4 } })).toBeCloseTo(4);
    expect(await factor({ dropout: { name: 'hiddenkey', branches: 1 } })).toBeCloseTo(1.5);
    expect(await factor({ dropout: { name: 'hiddenkey', branches: 2 } })).toBeCloseTo(2);
    expect(await factor({ adapter: { name: 'full' } })).toBeCloseTo(1.5);
  });

  it('keeps the weights in memory and the trained ones on disk', async () => {
    const { memoryMB, diskMB } = await work({});
    expect(memoryMB).toBeGreaterThan((4 * 354e6) / 1e6);
    expect(diskMB).toBeGreaterThan((4 * 786_432) / 1e6);
  });
});

describe("every scale of the papers' experiments", () => {
  const scales = experiments.flatMap((experiment) =>
    Object.keys(experiment.scales)
      .filter((scale) => /^(paper|real)/.test(scale))
      .map((scale) => ({ experiment, name: experiment.name, scale })),
  );
  it.each(scales)('$name at $scale is estimated without weights or data', async ({ experiment, scale }) => {
    const folder = scratch();
    try {
      const estimate = openEstimate({ out: folder.out, sources: { cacheDir: folder.out } });
      for (const { id, config, seed } of runsOf(experiment, scale))
        if (seed === 0) await estimate.add(id, config, false);
      const cost = await estimate.estimate({ workers: 2, tflops: 100 });
      expect(cost.unknown).toEqual([]);
      expect(cost.missing.length).toBeGreaterThan(0);
      expect(cost.steps).toBeGreaterThan(0);
      expect(cost.card?.seconds).toBeGreaterThan(0);
      expect(estimateLines(cost).join('\n')).toContain('counted as published');
    } finally {
      folder.remove();
    }
  });
});

describe('lab plan with data', () => {
  it('finds a wrong column before anything runs', async () => {
    const folder = scratch();
    try {
      const task = join(folder.out, 'data', 'GLUE', 'RTE');
      mkdirSync(task, { recursive: true });
      for (const file of ['train.tsv', 'dev.tsv'])
        writeFileSync(join(task, file), 'sentence1\tother\tlabel\na\tb\tentailment\n');
      const args = ['--scale', 'smoke', '--set', 'dataset.name=rte', '--data-dir', join(folder.out, 'data')];
      const { code, stderr } = await lab('plan', 'compare', ...args, '--out', join(folder.out, 'out'));
      expect(stderr).toMatch(/train\.tsv.*"sentence2"/);
      expect(code).toBe(2);
    } finally {
      folder.remove();
    }
  });

  it('measures the data that are at hand', async () => {
    const { config } = planRun({ ...base, dataset: { name: 'imdb', train: 30, validation: 10, maxTest: 20 } }, 'test');
    const sizes = await openSizes({ cacheDir: 'unused' })(config);
    expect([sizes.train.rows, sizes.validation.rows, sizes.test.rows, sizes.missing]).toEqual([30, 10, 20, null]);
    expect(sizes.train.tokens).toBeGreaterThan(5);
  });
});
