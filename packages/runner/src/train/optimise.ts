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
import type { Prepared } from '../session/prepare.ts';
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

/** What the steps of one training share. */
export interface Training {
  readonly session: Session;
  readonly prepared: Prepared;
  readonly span: Span;
  readonly constants: Constants;
}

/**
 * One optimiser step on the rows at `indices`: N samples of masks, their losses averaged (LoRA
 * Dropout, Eq. 7). `step` counts from 0. The caller frees the old state.
 */
export const optimise = async (
  { session, prepared, span, constants }: Training,
  old: State,
  { step, indices }: { readonly step: number; readonly indices: readonly number[] },
): Promise<{ readonly state: State; readonly loss: number }> => {
  const { engine, blueprint } = session;
  const { config, rows } = prepared;
  const { samples } = blueprint.method;
  const batch = session.batch(rows.train, indices);
  const stream = fold(fold(rootOf(config), 'mask'), step);
  const progress = span.steps > 1 ? step / (span.steps - 1) : 1;
  const share = scalar(1 / samples);
  const inputs = (sample: number) => ({
    theta: old.theta,
    share,
    batch: batch.arrays,
    masks: session.masks.training(batch, { key: fold(stream, sample), progress }),
  });
  let sum: OutputsOf<Slope> | null = null;
  for (let sample = 0; sample < samples - 1; sample++) {
    const before: OutputsOf<Slope> = sum ?? { grad: constants.zeros, loss: constants.zero };
    const after = await session.gradient({ ...inputs(sample), sum: before });
    if (sum) engine.free(sum);
    sum = after;
  }
  const at = { step, steps: span.steps };
  const age = blueprint.adapter.age?.(at) ?? step;
  const { correction1, correction2 } = adamWScalars(age + 1);
  const { state, loss } = await session.step({
    ...inputs(samples - 1),
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
