import { key, normal, fold } from '@lab/random';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Experiment, PlannedRun } from '../src/index.ts';
import { planExperiment } from '../src/plan/experiment.ts';
import { searchLoss } from '../src/train/curve.ts';
import { keptOf, promoted, replayHalving, replayMany } from '../src/protocol/halving.ts';
import { readTuning, tunedExperiment, tuningPath, writeTuning } from '../src/protocol/tuning-file.ts';
import { searchAll, searchArms, type LossPoint, type TrialTrainer } from '../src/protocol/tune.ts';
import { settingsPatch, spaceOf, trialsOf, type TuningPlan } from '../src/protocol/space.ts';

const plan: TuningPlan = {
  how: 'random',
  trials: 9,
  seeds: [100],
  shared: { 'train.lr': { low: 1e-4, high: 1e-2, scale: 'log' } },
  own: { 'lora-dropout': { 'dropout.p': { low: 0.05, high: 0.5, scale: 'linear' }, 'dropout.samples': [1, 2, 4] } },
  rungs: [1, 3],
  keep: 1 / 3,
};

describe('a search space', () => {
  const trials = (method: string) => trialsOf(plan, spaceOf(plan, [method], 'x'), key(7), 'x');
  it('gives every arm as many trials, the first as it is, and the same draws of shared knobs', () => {
    const [plain, drop] = [trials('none'), trials('lora-dropout')];
    expect(plain).toHaveLength(9);
    expect(drop).toHaveLength(9);
    expect(plain[0]).toEqual({});
    expect(drop.map((t) => t['train.lr'])).toEqual(plain.map((t) => t['train.lr']));
    for (const t of drop.slice(1)) {
      expect(t['train.lr']).toBeGreaterThanOrEqual(1e-4);
      expect(t['train.lr']).toBeLessThanOrEqual(1e-2);
      expect([1, 2, 4]).toContain(t['dropout.samples']);
    }
    expect(trials('none')).toEqual(plain);
  });
  it('refuses unequal grids and knobs that change the budget', () => {
    const grid: TuningPlan = { ...plan, how: 'grid', trials: 3, shared: { 'train.lr': [1, 2] }, own: {} };
    expect(() => trialsOf(grid, spaceOf(grid, ['none'], 'x'), key(0), 'x')).toThrow(/2 points, the budget is 3/);
    expect(() => spaceOf({ ...plan, shared: { 'train.epochs': [1, 2] } }, ['none'], 'x')).toThrow(/train.epochs/);
    expect(() => spaceOf({ ...plan, shared: { 'train.lr': [] } }, ['none'], 'x')).toThrow(/no values/);
  });
  it('becomes a change of a config', () => {
    expect(settingsPatch({ 'dropout.p': 0.1, 'dropout.samples': 2, 'train.lr': 1 })).toEqual({
      dropout: { p: 0.1, samples: 2 },
      train: { lr: 1 },
    });
  });
});

describe('successive halving', () => {
  it('keeps the lowest losses; what is not finite comes last', () => {
    expect(promoted([3, 1, Number.NaN, 2], 2)).toEqual([1, 3]);
    expect(keptOf(9, 1 / 3)).toBe(3);
    expect(keptOf(2, 0.1)).toBe(1);
  });
  it('counts what it saves and finds a winner whose curve was not stopped', () => {
    // Ranks that never change: the best is found, and 9 * 1 + 3 * 2 + 1 * 7 = 22 of 90 epochs are
    // trained.
    const curves = Array.from({ length: 9 }, (_, i) => Array.from({ length: 10 }, (_e, e) => i + 1 / (e + 1)));
    const { winner, saved, promotions } = replayHalving(curves, { rungs: [1, 3], keep: 1 / 3 });
    expect(winner).toBe(0);
    expect(saved).toBeCloseTo(1 - 22 / 90, 12);
    expect(promotions).toEqual([[0, 1, 2], [0]]);
  });
  it('misses a late starter, and the replay says how often', () => {
    const early = Array.from({ length: 8 }, (_, i) => [1 + i, 1 + i, 1 + i]);
    const late = [20, 10, 0];
    const found = replayMany([...early, late], { rungs: [1], keep: 0.5, size: 9 }, { key: key(1), replays: 50 });
    expect(found.missed).toBe(1);
    expect(found.regret).toBeCloseTo(1, 12);
    const noise = Array.from({ length: 9 }, (_, i) => Array.from(normal(fold(key(2), i), 4)));
    const { missed } = replayMany(noise, { rungs: [1], keep: 1 / 3, size: 6 }, { key: key(3), replays: 400 });
    // Losses that say nothing of later ones: the winner is kept by chance alone, in 2 of 6 cases.
    expect(missed).toBeGreaterThan(0.4);
  });
});

const experiment: Experiment = {
  name: 'invented',
  title: '',
  question: '',
  scales: {
    quick: {
      summary: '',
      base: { dataset: { name: 'imdb' }, model: { name: 'use-lite' }, adapter: { name: 'lora' }, train: { epochs: 9 } },
      arms: [
        { labels: { method: 'none' }, config: { dropout: { name: 'none' } } },
        { labels: { method: 'lora-dropout' }, config: { dropout: { name: 'lora-dropout' } } },
      ],
      seeds: [0, 1],
      tuning: plan,
    },
  },
  report: null,
};

/**
 * Losses that are lowest at a learning rate of .001 for plain LoRA, of .004 with dropout; the two
 * methods are equally good there.
 */
const standIn = () => {
  const trained = new Map<string, number>();
  const asked: number[] = [];
  const losses = ({ id, config }: PlannedRun): LossPoint[] => {
    const best = config.dropout.name === 'none' ? 1e-3 : 4e-3;
    const off = Math.log10(config.train.lr / best) ** 2;
    return Array.from({ length: trained.get(id) ?? 0 }, (_, e) => ({
      epoch: e + 1,
      step: 10 * (e + 1),
      loss: off + 1 / (e + 1),
    }));
  };
  const train: TrialTrainer['train'] = async (runs, until) => {
    asked.push(runs.length);
    for (const { id } of runs) trained.set(id, until ?? 9);
  };
  return { train, losses, asked };
};

describe('a search over an experiment', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tuning-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('spends the same steps on every arm, stops the worse trials, and chooses by validation loss', async () => {
    const { arms } = searchArms(experiment, 'quick');
    const trainer = standIn();
    const tuned = await searchAll(plan, arms, trainer);
    expect(trainer.asked).toEqual([18, 6, 2]);
    expect(new Set(tuned.map(({ steps }) => steps)).size).toBe(1);
    // 9 trials for an epoch, 3 for two more, 1 for six more.
    expect(tuned[0]!.steps).toBe(10 * (9 + 3 * 2 + 6));
    for (const { trials, chosen } of tuned) {
      const last = trials.map(({ losses }) => losses.at(-1)!.loss! - 1 / losses.at(-1)!.epoch);
      expect(last[chosen]).toBe(Math.min(...last));
      expect(trials[chosen]!.stoppedAfter).toBeNull();
      expect(trials.filter(({ stoppedAfter }) => stoppedAfter === 1)).toHaveLength(6);
    }
  });

  it('is kept with a checksum and laid over the arms', async () => {
    const { arms } = searchArms(experiment, 'quick');
    const tuned = await searchAll(plan, arms, standIn());
    writeTuning(folder, { experiment: 'invented', scale: 'quick', plan, arms: tuned });
    const found = readTuning(folder, 'invented', 'quick')!;
    const runs = planExperiment(tunedExperiment(experiment, found), 'quick');
    const rate = (method: string) => runs.find((run) => run.labels.method === method)!.config.train.lr;
    tuned.forEach(({ trials, chosen }, a) =>
      expect(rate(['none', 'lora-dropout'][a]!)).toBe(trials[chosen]!.settings['train.lr'] ?? 2e-3),
    );
    expect(readTuning(folder, 'invented', 'other')).toBeNull();
    const path = tuningPath(folder, 'invented', 'quick');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"chosen": ', '"chosen": 1'));
    expect(() => readTuning(folder, 'invented', 'quick')).toThrow(/differs from what lab tune wrote/);
  });

  it('refuses seeds that confirmation uses, and rungs beyond training', () => {
    const at = (change: Partial<TuningPlan>): Experiment => {
      const quick = { ...experiment.scales.quick!, tuning: { ...plan, ...change } };
      return { ...experiment, scales: { quick } };
    };
    expect(() => searchArms(at({ seeds: [1] }), 'quick')).toThrow(/seed 1 is for tuning and for confirmation/);
    expect(() => searchArms(at({ rungs: [9] }), 'quick')).toThrow(/rung 9/);
    const { tuning: _tuning, ...without } = experiment.scales.quick!;
    expect(() => searchArms({ ...experiment, scales: { quick: without } }, 'quick')).toThrow(/no tuning plan/);
  });
});

describe('the loss that a search goes by', () => {
  const evaluation = (readout: 'deterministic' | 'mean-field' | 'ensemble-logits', nll: number | null) => ({
    split: 'validation' as const,
    readout,
    members: readout === 'ensemble-logits' ? 8 : 1,
    examples: 4,
    metrics: { nll },
  });
  const single = [evaluation('deterministic', 1.4), evaluation('mean-field', 0.4)];
  it('is of the readout by which the method is tested', () => {
    expect(searchLoss(single, 'deterministic')).toBe(1.4);
    expect(searchLoss(single, 'mean-field')).toBe(0.4);
    expect(searchLoss([...single, evaluation('ensemble-logits', 0.3)], 'ensemble-logits')).toBe(0.3);
  });
  it('is of the mean-field pass where no ensemble was read, and of one pass where there is no other', () => {
    expect(searchLoss(single, 'ensemble-probabilities')).toBe(0.4);
    expect(searchLoss(single.slice(0, 1), 'ensemble-logits')).toBe(1.4);
    expect(searchLoss([evaluation('deterministic', null)], 'deterministic')).toBeNull();
    expect(searchLoss([], 'deterministic')).toBeNull();
  });
});
