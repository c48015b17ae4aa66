import type { HostParams } from '@lab/adapter';
import type { Dropout } from '@lab/dropout';
import type { Key } from '@lab/random';
import {
  floats,
  readFloats,
  type Engine,
  type Handle,
  type HostArray,
  type InputsOf,
  type OutputsOf,
  type Params,
} from '@lab/engine';
import { makeBatch, type Batch } from '../step/batch.ts';
import {
  memberMasks,
  trainingMasks,
  type SamplePlace,
  type DrawnMasks,
  type MaskedBatch,
  type MemberPlace,
} from '../step/masks.ts';
import { anyBatch, isMerged } from '../step/merge.ts';
import type { Ladder } from '../step/packing.ts';
import type { SampleInputs, SampleMasks, Slope } from '../step/objective.ts';
import type { Pass, PassInputs, PredictInputs } from '../step/pass.ts';
import { flat, initialState, named, putState, type State } from '../step/state.ts';
import type { StepInputs, stepProgram } from '../step/step.ts';
import type { NextInputs, StartInputs, Written } from '../step/write.ts';
import { withMethod, type Blueprint } from './blueprint.ts';
import { programsOf, type Programs, type Writers } from './programs.ts';
import type { Row } from './rows/rows.ts';

/** A program's inputs without the frozen weights, which a session adds. */
type Given<In> = Omit<InputsOf<In>, 'frozen'>;

/** Outputs of a batch on the host, row-major [rows, width]. */
export interface HostOutputs {
  readonly data: Float32Array;
  readonly width: number;
}

/**
 * A config opened on an engine: model, adapter, method and head put together, ready to run. Whoever
 * runs a model with an adapter does it through a session. Handles that come out belong to the
 * caller.
 */
export interface Session {
  readonly engine: Engine;
  readonly blueprint: Blueprint;
  /** Frozen weights on the engine, by name. */
  readonly frozen: { readonly [name: string]: Handle };
  /**
   * The start of a training whose random streams come from `root`; parameters in `from` take the
   * place of those that would be drawn.
   */
  readonly start: (root: Key, from?: HostParams) => Promise<State>;
  /** Trained parameters by name, the adapter's and the head's. */
  readonly params: (theta: Handle) => Promise<HostParams>;
  /** Trained parameters as one vector on the engine. */
  readonly theta: (params: HostParams) => Handle;
  /** Examples of a batch. */
  readonly batchSize: number;
  readonly maxTokens: number;
  /** The batch of the rows at `indices`, filled up to the batch size. */
  readonly batch: (rows: readonly Row[], indices: readonly number[]) => Batch;
  readonly masks: {
    readonly training: (batch: Batch, at: SamplePlace) => SampleMasks<HostArray>;
    readonly member: (batch: MaskedBatch, at: MemberPlace) => DrawnMasks;
  };
  /** Gradient of one sample. */
  readonly gradient: (inputs: Given<SampleInputs>) => Promise<OutputsOf<Slope>>;
  /** The last sample of a step and the optimiser. */
  readonly step: (inputs: Given<StepInputs>) => Promise<OutputsOf<ReturnType<ReturnType<typeof stepProgram>>>>;
  /** What searches ask for: the gradient without noise, and SynFlow's. */
  readonly search: {
    readonly score: (inputs: Given<SampleInputs>) => Promise<OutputsOf<Slope>>;
    readonly flow: (inputs: Given<PassInputs>) => Promise<OutputsOf<Pick<Slope, 'grad'>>>;
  };
  /** Outputs of one way of reading; `masks` for a member. */
  readonly read: (
    pass: Pass,
    inputs: Omit<Given<PredictInputs>, 'masks'> & { readonly masks?: DrawnMasks },
  ) => Promise<HostOutputs>;
  readonly write: { readonly [pass in Pass]: Writing };
  /**
   * The trained update added to the frozen weights, one way of reading; undefined where the adapter
   * or its noise cannot be part of a weight. Dispose it after use.
   */
  readonly merge: (
    pass: Pass,
    of: { readonly theta: Handle } & Pick<MemberPlace, 'key' | 'member'>,
  ) => Promise<MergedReading | undefined>;
  /** Frees the memory of compiled programs; they are compiled again when they are used again. */
  readonly dispose: () => void;
}

/** For texts: reading prompts, and writing one token. */
export interface Writing {
  readonly start: (inputs: Given<StartInputs>) => Promise<OutputsOf<Written>>;
  readonly next: (inputs: Given<NextInputs>) => Promise<OutputsOf<Written>>;
}

/** A trained model as one set of weights: its passes have no adapter and no masks. */
export interface MergedReading {
  readonly read: (batch: InputsOf<PredictInputs>['batch']) => Promise<HostOutputs>;
  readonly write: Writing;
  readonly dispose: () => void;
}

/** How a session makes batches. */
export interface SessionSize {
  readonly batchSize: number;
  readonly maxTokens: number;
  /** Shapes of packed batches; absent: those of texts as long as `maxTokens`. */
  readonly ladder?: Ladder;
}

/** Puts programs and frozen weights together. Engine and weights stay with their owner. */
export const sessionOf = (
  {
    engine,
    programs,
    frozen,
  }: { readonly engine: Engine; readonly programs: Programs; readonly frozen: OutputsOf<Params> },
  blueprint: Blueprint,
  { batchSize, maxTokens, ladder }: SessionSize,
): Session => {
  const { layout, task } = blueprint;
  const writing = ({ start, next }: Writers, weights: OutputsOf<Params>): Writing => ({
    start: (inputs) => start.run({ ...inputs, frozen: weights }),
    next: (inputs) => next.run({ ...inputs, frozen: weights }),
  });
  const onHost = async ({ outputs }: { readonly outputs: Handle }): Promise<HostOutputs> => {
    const data = await readFloats(engine, outputs);
    engine.free([outputs]);
    return { data, width: outputs.shape[1] ?? 1 };
  };
  return {
    engine,
    blueprint,
    frozen,
    start: async (root, from) => putState(engine, await initialState(blueprint, root, from)),
    params: async (theta) => named(layout, await readFloats(engine, theta)),
    theta: (params) => engine.put(floats(flat(layout, params))),
    batchSize,
    maxTokens,
    batch: (rows, indices) =>
      makeBatch(rows, indices, { size: batchSize, maxTokens, task, ...(ladder ? { ladder } : {}) }),
    masks: {
      training: (batch, at) => trainingMasks(blueprint, batch, at),
      member: (batch, at) => memberMasks(blueprint, batch, at),
    },
    gradient: (inputs) => programs.gradient.run({ ...inputs, frozen }),
    step: (inputs) => programs.step.run({ ...inputs, frozen }),
    search: {
      score: (inputs) => programs.search.score.run({ ...inputs, frozen }),
      flow: (inputs) => programs.search.flow.run({ ...inputs, frozen }),
    },
    read: async (pass, { masks = {}, ...inputs }) =>
      onHost(await programs.predict[pass].run({ ...inputs, masks, frozen })),
    write: {
      deterministic: writing(programs.write.deterministic, frozen),
      'mean-field': writing(programs.write['mean-field'], frozen),
      member: writing(programs.write.member, frozen),
    },
    merge: async (pass, { theta, key, member }) => {
      if (!isMerged(blueprint, pass)) return undefined;
      const masks = pass === 'member' ? memberMasks(blueprint, anyBatch, { key, member, index: 'merged' }) : {};
      const { weights, predict, write } = programs.merged;
      const own = await weights[pass].run({ theta, frozen, masks });
      const merged = { ...frozen, ...own };
      return {
        read: async (batch) => onHost(await predict.run({ theta, batch, masks: {}, frozen: merged })),
        write: writing(write, merged),
        dispose: () => engine.free(own),
      };
    },
    dispose: programs.dispose,
  };
};

/**
 * A session of its own on the same engine and weights, for a blueprint with the same parameters.
 * Dispose it after use.
 */
export const sessionOn = ({ engine, frozen, ...size }: Session, blueprint: Blueprint): Session =>
  sessionOf({ engine, frozen, programs: programsOf(engine, blueprint) }, blueprint, size);

/**
 * A session of its own on the same engine, weights and adapter, with the noise of another method.
 * Dispose it after use.
 */
export const sessionWith = (session: Session, method: Dropout): Session =>
  sessionOn(session, withMethod(session.blueprint, method));
