import { fileURLToPath } from 'node:url';
import { methods, type Dropout } from '@lab/dropout';
import { models } from '@lab/models';
import { fold, integer, key } from '@lab/random';
import { openEngine, type Engine, type Handle, type HostArray } from '@lab/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBatch } from '../src/step/batches.ts';
import type { Row } from '../src/session/row.ts';
import { blueprintOf, type Blueprint } from '../src/session/blueprint.ts';
import { planRun } from '../src/plan/config.ts';
import { trainingMasks } from '../src/step/masks.ts';
import { gradientProgram } from '../src/step/programs.ts';
import { initialArrays, scalar, vector } from '../src/step/state.ts';
import { train } from '../src/train/train.ts';
import { openWorkshop, type Workshop } from '../src/session/workshop.ts';
import { twoClasses } from './two-classes.ts';

// What one step's loss and gradient are made of: samples that are averaged, two passes that are compared, branches that are held.
type Inputs = { readonly [name: string]: HostArray | Handle };

let engine: Engine;
let workshop: Workshop;
beforeAll(async () => {
  engine = await openEngine('js', { threads: 1 });
  workshop = openWorkshop(engine);
});
afterAll(() => workshop.close());

const rows: readonly Row[] = Array.from({ length: 4 }, (_, i) => {
  const stream = fold(key(5), i);
  const ids = Int32Array.from({ length: 4 + i }, (_token, t) => 1 + integer(fold(stream, t), 22));
  return { example: { id: `train:${i}`, text: '', label: i % 2 }, encoded: [{ ids }] };
});

const prepare = async (dropout: { readonly name: string; readonly [option: string]: unknown }) => {
  const { config } = planRun(
    {
      seed: 3,
      dataset: { name: 'imdb' },
      model: { name: 'bert' },
      adapter: { name: 'lora', r: 2, target_modules: 'all-linear' },
      dropout,
      train: { epochs: 1, batchSize: 4, maxTokens: 8 },
      members: 0,
    },
    'test',
  );
  const weights = fileURLToPath(new URL('../../models/test/fixtures/families/bert-pooler', import.meta.url));
  const model = await models.build(config.model, { weights });
  const examples = rows.map(({ example }) => example);
  const dataset = twoClasses(examples);
  const split = { train: rows, validation: rows, test: rows };
  return { config, dataset, rows: split, elsewhere: {}, blueprint: blueprintOf(config, model, dataset) };
};

interface Objective {
  readonly loss: number;
  readonly grad: Float32Array;
}

/** Loss and gradient of one sample by itself. */
const alone = async (blueprint: Blueprint, inputs: Inputs): Promise<Objective> => {
  const zeros = vector(new Float32Array(blueprint.layout.size));
  const program = engine.program(gradientProgram(blueprint));
  const out = await program.run({ ...inputs, share: scalar(1), grad: zeros, loss: scalar(0) });
  const [loss, grad] = [(await engine.get(out.loss!)).data[0]!, (await engine.get(out.grad!)).data];
  engine.free(Object.values(out));
  program.dispose();
  return { loss, grad: Float32Array.from(grad) };
};

const largest = (values: Float32Array): number => values.reduce((most, v) => Math.max(most, Math.abs(v)), 0);

/** float32: rounding of sums of a few terms, relative to the largest entry. */
const expectSame = (actual: Float32Array, expected: Float32Array): void => {
  const apart = actual.map((v, i) => v - expected[i]!);
  expect(largest(apart)).toBeLessThan(2e-5 * largest(expected));
};

describe('N samples (LoRA Dropout, Eq. 7)', () => {
  it('a step sees the mean of their losses, and the mean of their gradients', async () => {
    const N = 3;
    const prepared = await prepare({ name: 'lora-dropout', p: 0.4, samples: N });
    const { blueprint } = prepared;
    const programs = workshop.programs(blueprint);
    const passes: Inputs[] = [];
    const seen: { singles?: readonly Objective[]; earlier?: Float32Array } = {};
    const watched = {
      ...programs,
      gradient: {
        ...programs.gradient,
        run: (inputs: Inputs) => {
          passes.push(inputs);
          return programs.gradient.run(inputs);
        },
      },
      step: {
        ...programs.step,
        run: async (inputs: Inputs) => {
          const singles: Objective[] = [];
          for (const pass of [...passes, inputs]) singles.push(await alone(blueprint, pass));
          seen.singles = singles;
          seen.earlier = Float32Array.from((await engine.get(inputs.grad as Handle)).data);
          return programs.step.run(inputs);
        },
      },
    };
    const losses: number[] = [];
    const { theta } = await train({
      prepared,
      workshop,
      reader: {
        workshop,
        programs: watched,
        blueprint,
        weights: await workshop.weights(blueprint.model),
        batchSize: 4,
        maxTokens: 8,
        key: fold(key(3), 'test-mask'),
        pause: async () => undefined,
      },
      from: null,
      save: () => undefined,
      onProgress: ({ phase, loss }) => phase === 'train' && losses.push(loss!),
      signal: new AbortController().signal,
      headline: { readout: 'deterministic', members: 1 },
    });
    engine.free([theta]);
    const singles = seen.singles!;
    expect(singles).toHaveLength(N);
    expect(losses).toHaveLength(1);
    expect(losses[0]).toBeCloseTo(singles.reduce((sum, { loss }) => sum + loss, 0) / N, 5);
    const mean = singles[0]!.grad.map((_, i) => (singles[0]!.grad[i]! + singles[1]!.grad[i]!) / N);
    expectSame(seen.earlier!, mean);
    // The masks differ between samples: B starts at zero, so losses agree at first, gradients do not.
    expect(singles[0]!.grad).not.toEqual(singles[1]!.grad);
  });
});

describe('two passes', () => {
  const lambda = 0.7;
  const noise = { name: 'hiddenkey', p: 0.4, lambda } as const;

  /** Losses and gradients of variants of one method on the same weights, batch and masks, by the order of the two branches. */
  const setting = async () => {
    const { blueprint } = await prepare(noise);
    const start = await initialArrays(blueprint, key(3));
    // Away from the start, where B is zero.
    const theta = Float32Array.from(start.theta!.data, (v, i) => v + 0.3 * Math.sin(i));
    const batch = makeBatch(rows, [0, 1, 2, 3], { size: 4, maxTokens: 8, task: blueprint.task });
    const masks = trainingMasks(blueprint, batch, fold(key(3), 'masks'), 0);
    const swapped = Object.fromEntries(
      Object.entries(masks).map(([name, mask]) => [
        name.startsWith('first/') ? name.replace('first/', 'second/') : name.replace('second/', 'first/'),
        mask,
      ]),
    );
    const common = { theta: vector(theta), ...batch.arrays, ...(await workshop.weights(blueprint.model)) };
    const variant = (consistency: Dropout['consistency'], noise: Dropout['noise']): Blueprint => ({
      ...blueprint,
      method: { ...blueprint.method, noise, consistency },
    });
    const of = (consistency: Dropout['consistency'], given: Inputs, noise = blueprint.method.noise) =>
      alone(variant(consistency, noise), { ...common, ...given });
    return { of, masks, swapped };
  };

  it('one branch holds the second pass; two branches are the sum of both halves', async () => {
    const { of, masks, swapped } = await setting();
    const kl = (branches: 1 | 2) => ({ kind: 'kl', weight: lambda, branches }) as const;
    const [task, other] = [await of(undefined, masks), await of(undefined, swapped)];
    const [one, back, two] = [await of(kl(1), masks), await of(kl(1), swapped), await of(kl(2), masks)];
    // Forward the same; the divergence does not know its order.
    expect(one.loss).toBeCloseTo(two.loss, 5);
    expect(one.loss - task.loss).toBeGreaterThan(1e-3);
    expect(one.loss - task.loss).toBeCloseTo(back.loss - other.loss, 5);
    expectSame(
      two.grad,
      one.grad.map((g, i) => g + back.grad[i]! - other.grad[i]!),
    );
    const apart = one.grad.map((g, i) => g - two.grad[i]!);
    expect(largest(apart)).toBeGreaterThan(1e-3 * largest(two.grad));
  });

  it('R-Drop adds the second pass’s own loss to KL through both branches', async () => {
    const { of, masks, swapped } = await setting();
    const [drop, kl, other] = [
      await of({ kind: 'r-drop', weight: lambda, branches: 2 }, masks),
      await of({ kind: 'kl', weight: lambda, branches: 2 }, masks),
      await of(undefined, swapped),
    ];
    expect(drop.loss).toBeCloseTo(kl.loss + other.loss, 5);
    expectSame(
      drop.grad,
      kl.grad.map((g, i) => g + other.grad[i]!),
    );
  });

  it('JS compares with the deterministic pass: masks of one branch are enough, and where nothing is dropped it is the task loss alone', async () => {
    const { of, masks } = await setting();
    const first = Object.fromEntries(Object.entries(masks).filter(([name]) => name.startsWith('first/')));
    const js = { kind: 'js', weight: lambda, branches: 2 } as const;
    const [task, noisy] = [await of(undefined, first), await of(js, first)];
    expect(noisy.loss - task.loss).toBeGreaterThan(1e-3);
    // A rate of 0 has no masks: both passes are the deterministic one.
    const still = await of(js, first, []);
    expect(still.loss).toBe((await of(undefined, first, [])).loss);
  });

  it('the method as built has one branch and its weight', () => {
    expect(methods.build(methods.parse(noise)).consistency).toEqual({ kind: 'kl', weight: lambda, branches: 1 });
  });
});
