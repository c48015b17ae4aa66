import type { Handle } from '@lab/engine';
import { fold, type Key } from '@lab/random';
import type { Pass, Session } from '@lab/runner';
import { materialOf, pick, type Context } from '../check.ts';
import { batchOf, classesOf, range } from './batch.ts';
import type { Material } from './material.ts';
import { withNoise } from './noise.ts';

/** Logits of test sentences read every way; each [n C], row-major. */
export interface MaskReadings {
  readonly deterministic: Float64Array;
  readonly meanField: Float64Array;
  readonly members: readonly Float64Array[];
  readonly labels: Int32Array;
  readonly classes: number;
}

export interface Wanted {
  readonly which: 'plain' | 'dropout';
  readonly p: number;
  readonly members: number;
  /** How many test sentences, from the first. */
  readonly sentences: number;
  readonly key: Key;
}

const kept = new WeakMap<Material, Map<string, Promise<MaskReadings>>>();

/**
 * Reads the trained weights deterministically, with the expected update, and as an ensemble at rate
 * p. Each request is computed once.
 */
export const readingsOf = (material: Material, wanted: Wanted): Promise<MaskReadings> => {
  const known = kept.get(material) ?? new Map<string, Promise<MaskReadings>>();
  kept.set(material, known);
  const name = JSON.stringify(wanted);
  const readings =
    known.get(name) ??
    withNoise(material, { name: 'lora-dropout', p: wanted.p }, async (session) => {
      const theta = session.theta(material.trained[wanted.which]);
      const readings = await read(session, theta, material, wanted);
      session.engine.free([theta]);
      return readings;
    });
  known.set(name, readings);
  return readings;
};

const read = async (
  session: Session,
  theta: Handle,
  { test }: Material,
  { members, sentences, key }: Wanted,
): Promise<MaskReadings> => {
  const batch = batchOf(session, test, range(Math.min(sentences, test.length)));
  const logits = async (pass: Pass, masks = {}) =>
    Float64Array.from((await session.read(pass, { theta, batch: batch.arrays, masks })).data);
  const drawn: Float64Array[] = [];
  for (let member = 0; member < members; member++)
    drawn.push(await logits('member', session.masks.member(batch, { key, member, index: 0 })));
  return {
    deterministic: await logits('deterministic'),
    meanField: await logits('mean-field'),
    members: drawn,
    labels: Int32Array.from(batch.arrays.labels.data),
    classes: classesOf(session),
  };
};

/** The readings that several checks look at: the first test sentences under one set of members. */
export const standardReadings = (context: Context, which: Wanted['which'], p: number): Promise<MaskReadings> =>
  readingsOf(materialOf(context), {
    which,
    p,
    members: pick(context, { smoke: 8, quick: 24 }),
    sentences: pick(context, { smoke: 8, quick: 40 }),
    key: fold(fold(context.shared, 'members'), `p=${p}`),
  });
