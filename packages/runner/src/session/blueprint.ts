import { adapters, isMergeable, type Adapter, type Model } from '@lab/adapter';
import type { Dataset } from '@lab/datasets';
import type { TaskKind } from '@lab/metrics';
import { methods, planMasks, type Dropout, type Noise, type PlannedMask } from '@lab/dropout';
import { BadInput, canonical, qaSchema, type QaConfig, type RunConfig } from '@lab/records';
import { layoutOf, type Layout, type PairOptimizer, type Storage } from '@lab/engine';
import { generationSchema, isSavable } from '@lab/models';
import { optimizerOf } from '../plan/optimizer.ts';
import { packedPlan } from '../step/packed-masks.ts';
import { gatedHead } from './heads/gated-head.ts';
import { growingHead } from './heads/growing-head.ts';
import { fineTuningHead, linearHead, noHead, type Head } from './heads/head.ts';
import { spanHead } from './heads/span-head.ts';
import { usesOf, type BatchShape } from './shape.ts';
import { languageModel, type TextSettings } from './rows/text-rows.ts';

/**
 * The masks of a pass: as they are drawn, for a padded batch, and as they are applied. Both are the
 * same where the batch is padded.
 */
export interface MaskPlan {
  readonly drawn: readonly PlannedMask[];
  readonly applied: readonly PlannedMask[];
}

/** Plans by the shape of a batch, each made once. */
export type MaskPlans = (shape: BatchShape) => MaskPlan;

/** Everything that shapes a run's programs: equal signatures share compiled programs. */
export interface Blueprint {
  readonly signature: string;
  readonly model: Model;
  readonly adapter: Adapter;
  readonly method: Dropout;
  readonly head: Head;
  readonly task: TaskKind;
  /** Whether the two texts of a pair are encoded apart, as 2 B rows. */
  readonly biEncoder: boolean;
  /** Outputs of classes that earlier stages met: they come first, and no loss is taken of them. */
  readonly before: number;
  readonly clip: number;
  /** How the matrices of linear maps are kept; absent: float32. */
  readonly base?: Storage;
  /** Whether layers are computed again in the backward pass. */
  readonly recompute: boolean;
  /** Absent: AdamW. */
  readonly optimizer?: PairOptimizer;
  /** For text-to-text tasks alone. */
  readonly texts?: TextSettings;
  /** For extractive tasks: windows, and which spans may be answers. */
  readonly qa: QaConfig;
  /** Trainable parameters, the adapter's first, then the head's. */
  readonly layout: Layout;
  /**
   * Which masks are drawn and applied: in training, and by an ensemble's members. Made once for a
   * batch shape.
   */
  readonly masks: { readonly training: MaskPlans; readonly member: MaskPlans };
}

/**
 * What is learnt: a task, whether the texts of a pair are encoded each by itself, and how many of
 * the outputs earlier stages met.
 */
export type Setting = Pick<Blueprint, 'task' | 'biEncoder'> & Partial<Pick<Blueprint, 'before'>>;

/** The task of a data set, and how this model reads it. */
export const settingOf = (model: Model, { task, splits }: Dataset, before = 0): Setting => ({
  // Options are learnt as texts; only the test scores them.
  task: task.kind === 'multiple-choice' ? { kind: 'text-to-text' } : task,
  before,
  biEncoder:
    task.kind !== 'extractive-qa' &&
    model.pairs === 'bi-encoder' &&
    splits.train.some((example) => example.pair !== undefined),
});

/** Outputs of a classification or regression. */
const outputsOf = (task: TaskKind): number => (task.kind === 'classification' ? task.classes.length : 1);

/**
 * Texts are written token by token with a cache, where masks on attention have no meaning yet: only
 * ensembles would need them.
 */
const checkNoise = ({ evaluate, noise, testNoise = noise }: Dropout): void => {
  const bad = evaluate.readout.startsWith('ensemble') && testNoise.find(({ site }) => site.startsWith('attention.'));
  if (bad) throw new BadInput(`dropout: texts cannot be written by an ensemble with noise at ${bad.site}`);
};

const remembered = (model: Model, adapter: Adapter, noise: readonly Noise[]): MaskPlans => {
  const plans = new Map<string, MaskPlan>();
  const planned = (shape: BatchShape): MaskPlan => {
    const drawn = planMasks(noise, usesOf(model, adapter, shape), model.layers);
    return { drawn, applied: packedPlan(drawn, shape) };
  };
  return (shape) => {
    const name = JSON.stringify([shape.rows, shape.tokens, shape.packed]);
    const plan = plans.get(name) ?? planned(shape);
    plans.set(name, plan);
    return plan;
  };
};

/**
 * The same blueprint with another method. Its programs must not be looked up by the old signature.
 */
export const withMethod = (blueprint: Omit<Blueprint, 'method' | 'masks'>, method: Dropout): Blueprint => {
  const { model, adapter } = blueprint;
  const training = remembered(model, adapter, method.noise);
  const member = method.testNoise ? remembered(model, adapter, method.testNoise) : training;
  return { ...blueprint, method, masks: { training, member } };
};

/** Numbers that an adapter may have: what one vector of the optimiser can hold. */
const mostParameters = 2 ** 31;

/**
 * Throws `BadInput` for a rank above what a map reads, and for more parameters than can be held.
 */
const checkAdapter = ({ name, r }: RunConfig['adapter'], { params, targets }: Adapter, { width }: Model): void => {
  const widest = Math.max(width, ...targets.flatMap(({ dIn, dOut }) => [dIn, dOut]));
  // Some adapters stack the matrices of several parts, so rows alone do not tell the rank.
  const tall = params.find(({ name: param, shape: [rows = 0] }) => param.endsWith('.lora_A') && rows > widest);
  if (tall && typeof r === 'number' && r > widest)
    throw new BadInput(
      `adapter (${name}): rank ${r} of ${tall.name} is above ${widest}, the widest map; take a smaller r`,
    );
  const size = params.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  if (size > mostParameters)
    throw new BadInput(`adapter (${name}): has ${size} parameters; at most ${mostParameters} are trained`);
};

/** The model as an adapter sees it: without the maps that a trained head has already. */
const withoutHead = (model: Model): Model => {
  const { tensors } = (isSavable(model) && model.trainedHead) || { tensors: [] };
  if (tensors.length === 0) return model;
  const own = new Set(tensors.map(({ name }) => name));
  return { ...model, linears: model.linears.filter(({ path }) => !own.has(`${path}.weight`)) };
};

/** The head that a task needs. Throws `BadInput` for one that the task or the model cannot have. */
const headOf = (asked: RunConfig['head'], model: Model, { task, biEncoder, before = 0 }: Setting): Head => {
  if (task.kind === 'text-to-text') {
    if (asked !== undefined) throw new BadInput(`head is ${asked}; a text-to-text task has no classification head`);
    return noHead;
  }
  if (task.kind === 'extractive-qa') {
    if (asked !== undefined)
      throw new BadInput(`head is ${asked}; an extractive-qa task has a span head, so leave it out`);
    return spanHead(model.width);
  }
  const outputs = outputsOf(task);
  if (before > 0) {
    if (asked === 'fine-tuning') throw new BadInput('head is fine-tuning; a head that grows is linear');
    return growingHead(linearHead(model.width, outputs - before, biEncoder), before);
  }
  if (asked !== 'fine-tuning') return linearHead(model.width, outputs, biEncoder);
  return fineTuningHead(model, outputs);
};

/** The heads of an adapter's experts, mixed by gates. Throws `BadInput` where there is no such. */
const mixedHead = ({ adapter: { name }, head }: RunConfig, { mixture }: Adapter, width: number, setting: Setting) => {
  const { task, biEncoder, before = 0 } = setting;
  if (!mixture) throw new BadInput(`from.head is gated; adapter ${name} mixes no experts; allowed: mole`);
  if (head === 'fine-tuning' || before > 0) throw new BadInput('from.head is gated; the heads of experts are linear');
  if (task.kind !== 'classification' && task.kind !== 'regression')
    throw new BadInput(`from.head is gated; a ${task.kind} task has no heads to mix`);
  return gatedHead({ width, outputs: outputsOf(task), biEncoder }, mixture);
};

/** A head that stays as it is. */
const frozen = (head: Head): Head => ({ ...head, params: head.params.map((spec) => ({ ...spec, frozen: true })) });

/**
 * Puts model, adapter, method and head of a config together. Throws `BadInput` for parts that do
 * not go together.
 */
export const blueprintOf = (config: RunConfig, model: Model, setting: Setting): Blueprint => {
  const { task, biEncoder, before = 0 } = setting;
  const { model: m, adapter: a, dropout: d, head: h, base } = config;
  const adapter = adapters.build(a, withoutHead(model));
  checkAdapter(a, adapter, model);
  const method = methods.build(d);
  const { clip, optimizer, labelSmoothing = 0, recompute } = config.train;
  if (recompute && (!isMergeable(adapter) || adapter.whole))
    throw new BadInput(`train.recompute: adapter ${a.name} connects layers, or acts beside them; leave recompute out`);
  const written = task.kind === 'text-to-text';
  const texts = written
    ? { generation: generationSchema.parse(config.generation ?? {}), smoothing: labelSmoothing }
    : null;
  if (texts) {
    languageModel(model);
    checkNoise(method);
  }
  const frozenHead = config.from?.head === 'frozen';
  const isGated = config.from?.head === 'gated';
  const own = isGated ? mixedHead(config, adapter, model.width, setting) : headOf(h, model, setting);
  const head = frozenHead ? frozen(own) : own;
  const layout = layoutOf([...adapter.params, ...head.params]);
  const parts = {
    signature: canonical({
      m,
      a,
      d,
      base,
      recompute,
      ...(h ? { h } : {}),
      ...(frozenHead ? { frozenHead } : {}),
      ...(isGated ? { isGated } : {}),
      task,
      biEncoder,
      clip,
      optimizer,
      ...(before > 0 ? { before } : {}),
      ...(texts ? { texts } : {}),
    }),
    model,
    adapter,
    head,
    task,
    biEncoder,
    before,
    clip,
    qa: config.qa ?? qaSchema.parse({}),
    recompute: recompute ?? false,
    ...(base ? { base } : {}),
    ...(optimizer ? { optimizer: optimizerOf(optimizer, a.name, adapter, layout) } : {}),
    ...(texts ? { texts } : {}),
    layout,
  };
  return withMethod(parts, method);
};

/** Whether an ensemble's members draw any mask: a method at p = 0 does not. */
export const hasMasks = ({ masks }: Blueprint): boolean => masks.member({ rows: 2, tokens: 8 }).drawn.length > 0;
