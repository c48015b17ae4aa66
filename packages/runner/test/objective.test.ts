import { fileURLToPath } from 'node:url';
import { methods, type Dropout } from '@lab/dropout';
import { models } from '@lab/models';
import { fold, integer, key } from '@lab/random';
import { floats, openEngine, readFloats, scalar, type Engine, type Handle } from '@lab/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blueprintOf, settingOf } from '../src/session/blueprint.ts';
import type { Row } from '../src/session/rows/rows.ts';
import { sessionWith, type Session } from '../src/session/session.ts';
import { openWorkshop, type Workshop } from '../src/session/workshop.ts';
import { planRun } from '../src/plan/config.ts';
import { train } from '../src/train/train.ts';
import { twoClasses } from './two-classes.ts';

// What one step's loss and gradient are made of: samples that are averaged, two passes that are
// compared, branches that are frozen.
type Sample = Omit<Parameters<Session['gradient']>[0], 'share' | 'sum'>;

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
  return {
    config,
    dataset,
    rows: split,
    elsewhere: {},
    blueprint: blueprintOf(config, model, settingOf(model, dataset)),
  };
};

interface Objective {
  readonly loss: number;
  readonly grad: Float32Array;
}

/** Loss and gradient of one sample by itself. */
const alone = async (session: Session, { theta, batch, masks }: Sample): Promise<Objective> => {
  const slope = await session.gradient({ theta, batch, masks, share: scalar(1) });
  const [[loss = NaN], grad] = [await readFloats(engine, slope.loss), await readFloats(engine, slope.grad)];
  engine.free(slope);
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
    const session = await workshop.open(prepared.blueprint, { batchSize: 4, maxTokens: 8 });
    const passes: Sample[] = [];
    const seen: { singles: Objective[]; earlier?: Float32Array } = { singles: [] };
    const watched: Session = {
      ...session,
      gradient: (inputs) => {
        passes.push(inputs);
        return session.gradient(inputs);
      },
      step: async (inputs) => {
        for (const pass of [...passes, inputs]) seen.singles.push(await alone(session, pass));
        const earlier = inputs.sum?.grad as Handle;
        seen.earlier = Float32Array.from(await readFloats(engine, earlier));
        return session.step(inputs);
      },
    };
    const losses: number[] = [];
    const { theta } = await train({
      prepared,
      session: watched,
      readingKey: fold(key(3), 'test-mask'),
      from: null,
      save: () => undefined,
      onProgress: ({ phase, loss }) => phase === 'train' && losses.push(loss ?? NaN),
      signal: new AbortController().signal,
      headline: { readout: 'deterministic', members: 1 },
    });
    engine.free([theta]);
    const { singles } = seen;
    expect(singles).toHaveLength(N);
    expect(losses).toHaveLength(1);
    expect(losses[0]).toBeCloseTo(singles.reduce((sum, { loss }) => sum + loss, 0) / N, 5);
    const mean = singles[0]!.grad.map((_, i) => (singles[0]!.grad[i]! + singles[1]!.grad[i]!) / N);
    expectSame(seen.earlier!, mean);
    // The masks differ between samples: B starts at zero, so losses agree at first, gradients do
    // not.
    expect(singles[0]!.grad).not.toEqual(singles[1]!.grad);
  });
});

describe('two passes', () => {
  const lambda = 0.7;
  const noise = { name: 'hiddenkey', p: 0.4, lambda } as const;

  /**
   * Losses and gradients of variants of one method on the same weights, batch and masks, by the
   * order of the two branches.
   */
  const setting = async () => {
    const { blueprint } = await prepare(noise);
    const session = await workshop.open(blueprint, { batchSize: 4, maxTokens: 8 });
    const state = await session.start(key(3));
    // Away from the start, where B is zero.
    const theta = (await readFloats(engine, state.theta)).map((v, i) => v + 0.3 * Math.sin(i));
    engine.free(state);
    const batch = session.batch(rows, [0, 1, 2, 3]);
    const masks = session.masks.training(batch, { key: fold(key(3), 'masks'), progress: 0 });
    const swapped = { first: masks.second, second: masks.first };
    const of = async (
      consistency: Dropout['consistency'],
      given: Sample['masks'],
      noise: Dropout['noise'] = blueprint.method.noise,
    ) => {
      const variant = sessionWith(session, { ...blueprint.method, noise, consistency });
      const objective = await alone(variant, { theta: floats(theta), batch: batch.arrays, masks: given });
      variant.dispose();
      return objective;
    };
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

  it('JS compares with the deterministic pass; where nothing is dropped it is the task loss alone', async () => {
    const { of, masks } = await setting();
    const first = { first: masks.first, second: {} };
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
