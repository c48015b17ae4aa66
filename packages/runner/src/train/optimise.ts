import { fold } from '@lab/random';
import {
  adamWScalars,
  floats,
  readFloats,
  scalar,
  type Float32HostArray,
  type Handle,
  type OutputsOf,
} from '@lab/engine';
import { BadInput, itemAt, type RunConfig } from '@lab/records';
import type { Prepared } from '../session/prepare.ts';
import { chunks, lengthOf, rowAt, type Row } from '../session/rows/rows.ts';
import type { Session } from '../session/session.ts';
import { rootOf } from '../stages/stream.ts';
import type { Slope } from '../step/objective.ts';
import { decayVector, type State } from '../step/state.ts';
import { rateOf, type Span } from './curve.ts';

/** What every step reads and no step changes. */
export interface Constants {
  readonly decay: Handle;
  readonly zeros: Handle;
  readonly zero: Handle;
}

/** Puts the constants of a training on the engine. */
export const constantsOf = ({ engine, blueprint }: Session, { train }: Prepared['config']): Constants => {
  const { method, layout } = blueprint;
  const weightDecay = method.train?.weightDecay ?? train.weightDecay;
  return {
    decay: engine.put(floats(decayVector(blueprint, weightDecay))),
    zeros: engine.put(floats(new Float32Array(layout.size))),
    zero: engine.put(scalar(0)),
  };
};

const scalars = <Name extends string>(values: { readonly [name in Name]: number }) =>
  Object.fromEntries(Object.entries<number>(values).map(([name, value]) => [name, scalar(value)])) as {
    readonly [name in Name]: Float32HostArray;
  };

/**
 * Examples that are read at once: the whole batch, or its parts. Throws `BadInput` for more parts
 * than examples.
 */
export const partSize = ({ batchSize, accumulate = 1 }: RunConfig['train']): number => {
  if (accumulate > batchSize)
    throw new BadInput(`train.accumulate is ${accumulate}; at most train.batchSize, which is ${batchSize}`);
  return Math.ceil(batchSize / accumulate);
};

/** A part of a step's batch, and its share of the batch's loss. */
export interface BatchPart {
  readonly indices: readonly number[];
  readonly share: number;
}

/** What a row counts in the mean loss of its batch: one, or for texts its reference tokens. */
const countOf = (row: Row): number => (row.targetFrom === undefined ? 1 : Math.max(0, lengthOf(row) - row.targetFrom));

/**
 * A batch in parts of at most `size` rows, whose gradients add up to that of the whole. Texts
 * without a reference token count nothing.
 */
export const partsOfBatch = (rows: readonly Row[], indices: readonly number[], size: number): readonly BatchPart[] => {
  const parts = chunks(indices, size);
  if (parts.length === 1) return [{ indices, share: 1 }];
  const counts = parts.map((part) => part.reduce((sum, i) => sum + countOf(rowAt(rows, i)), 0));
  const total = Math.max(
    1,
    counts.reduce((a, b) => a + b, 0),
  );
  return parts.map((own, p) => ({ indices: own, share: itemAt(counts, p) / total }));
};

/** What the steps of one training share. */
export interface Training {
  readonly session: Session;
  readonly prepared: Prepared;
  readonly span: Span;
  readonly constants: Constants;
}

/**
 * One optimiser step on the rows at `indices`: N samples of masks, their losses averaged (LoRA
 * Dropout, Eq. 7). A batch that is larger than the session's is read in parts. `step` counts from
 * 0. The caller frees the old state.
 */
export const optimise = async (
  { session, prepared, span, constants }: Training,
  old: State,
  { step, indices }: { readonly step: number; readonly indices: readonly number[] },
): Promise<{ readonly state: State; readonly loss: number }> => {
  const { engine, blueprint } = session;
  const { config, rows } = prepared;
  const { samples } = blueprint.method;
  const stream = fold(fold(rootOf(config), 'mask'), step);
  const progress = span.steps > 1 ? step / (span.steps - 1) : 1;
  const parts = partsOfBatch(rows.train, indices, session.batchSize);
  const inputs = (sample: number, { indices: own, share }: BatchPart, part: number) => {
    const batch = session.batch(rows.train, own);
    const at = { key: fold(stream, sample), progress, ...(parts.length > 1 ? { part } : {}) };
    return {
      theta: old.theta,
      share: scalar(share / samples),
      batch: batch.arrays,
      masks: session.masks.training(batch, at),
    };
  };
  const passes = Array.from({ length: samples }, (_, sample) =>
    parts.map((one, part) => () => inputs(sample, one, part)),
  ).flat();
  let sum: OutputsOf<Slope> | null = null;
  for (const pass of passes.slice(0, -1)) {
    const before: OutputsOf<Slope> = sum ?? { grad: constants.zeros, loss: constants.zero };
    const after = await session.gradient({ ...pass(), sum: before });
    if (sum) engine.free(sum);
    sum = after;
  }
  const at = { step, steps: span.steps };
  const age = blueprint.adapter.age?.(at) ?? step;
  const { correction1, correction2 } = adamWScalars(age + 1);
  const { state, loss } = await session.step({
    ...itemAt(passes, passes.length - 1)(),
    ...old,
    // An optimiser that is started afresh starts with moments of zero.
    ...(age === 0 ? { m: constants.zeros, v: constants.zeros } : {}),
    ...(sum ? { sum } : {}),
    decay: constants.decay,
    rates: scalars({ lr: rateOf(config.train, span, step), correction1, correction2 }),
    controls: scalars(blueprint.adapter.state?.inputs(at) ?? {}),
  });
  if (sum) engine.free(sum);
  const [value = NaN] = await readFloats(engine, loss);
  engine.free([loss]);
  return { state, loss: value };
};
