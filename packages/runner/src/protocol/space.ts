import { z } from 'zod';
import { BadInput } from '@lab/records';
import { fold, uniform, type Key } from '@lab/random';
import { isObject, type ConfigPatch } from '../plan/patch.ts';

const knob = z.union([
  z.array(z.union([z.number(), z.string()])).min(1),
  z.strictObject({
    low: z.number(),
    high: z.number(),
    scale: z.enum(['log', 'linear']).describe('log: equal chances for equal ratios'),
    whole: z.boolean().optional().describe('rounded to whole numbers'),
  }),
]);
const space = z.record(z.string(), knob);

/**
 * What a search does for every arm. Budgets are equal: as many trials of as many steps for each.
 */
export const tuningSchema = z.strictObject({
  how: z.enum(['random', 'grid']).describe("random: the arm's own settings first, then draws; grid: all combinations"),
  trials: z.number().int().min(1).max(10_000).describe('trials of each arm; a grid must have exactly as many points'),
  seeds: z.array(z.number().int().min(0)).min(1).describe('seeds of the search; confirmation never uses them'),
  shared: space.describe('values or ranges by config key (train.lr), searched in every arm'),
  own: z
    .record(z.string(), space)
    .default({})
    .describe("searched besides, by dropout method or by a value of the arm's labels"),
  rungs: z
    .array(z.number().int().min(1))
    .default([])
    .describe('epochs after which trials are compared and some are stopped; empty: none is'),
  keep: z
    .number()
    .gt(0)
    .max(1)
    .default(1 / 3)
    .describe('share of trials that goes on at each rung; at least one does'),
});

export type TuningPlan = z.infer<typeof tuningSchema>;

/** Values of one config key that a search may try: a list, or a range. */
export type Knob = z.infer<typeof knob>;

/** Knobs by config key, for example `train.lr` or `dropout.p`. */
export interface SearchSpace {
  readonly [key: string]: Knob;
}

/** Settings of one trial by config key; empty: the arm as it is. */
export type Settings = { readonly [key: string]: number | string };

/** Keys that change how long a trial trains: searching them would make budgets unequal. */
const budgetKeys = ['train.epochs', 'train.batchSize', 'seed', 'select'];

const checkedKnob = (where: string, key: string, knob: Knob): void => {
  if (budgetKeys.includes(key))
    throw new BadInput(`${where}: "${key}" cannot be searched, because every trial trains for as many steps`);
  if ('low' in knob) {
    if (!(knob.high > knob.low) || (knob.scale === 'log' && !(knob.low > 0)))
      throw new BadInput(
        `${where}: "${key}": low must be below high, and above 0 on a log scale; got ${knob.low} to ${knob.high}`,
      );
  } else if (knob.length === 0) throw new BadInput(`${where}: "${key}" has no values`);
};

/** The search space of an arm. Throws `BadInput` for a knob that is empty or changes the budget. */
export const spaceOf = (plan: TuningPlan, names: readonly string[], where: string): SearchSpace => {
  const own = names.map((name) => (Object.hasOwn(plan.own, name) ? plan.own[name] : {}));
  const space: SearchSpace = Object.assign({}, plan.shared, ...own);
  for (const [key, knob] of Object.entries(space)) checkedKnob(where, key, knob);
  return space;
};

const draw = (knob: Knob, u: number): number | string => {
  if (!('low' in knob)) return knob[Math.min(knob.length - 1, Math.floor(u * knob.length))] ?? '';
  const { low, high, scale, whole } = knob;
  const value = scale === 'log' ? low * (high / low) ** u : low + (high - low) * u;
  return whole ? Math.round(value) : Number(value.toPrecision(3));
};

const randomTrials = (space: SearchSpace, count: number, key: Key): Settings[] =>
  Array.from({ length: count }, (_, trial) => {
    if (trial === 0) return {};
    const names = Object.keys(space);
    const draws = names.map((name) => uniform(fold(fold(key, trial), name), 1)[0] ?? 0);
    return Object.fromEntries(names.map((name, i) => [name, draw(space[name] ?? [], draws[i] ?? 0)]));
  });

const gridTrials = (space: SearchSpace, where: string): Settings[] =>
  Object.entries(space).reduce<Settings[]>(
    (points, [key, knob]) => {
      if ('low' in knob) throw new BadInput(`${where}: "${key}" is a range; a grid needs a list of values`);
      return points.flatMap((point) => knob.map((value) => ({ ...point, [key]: value })));
    },
    [{}],
  );

/**
 * The settings that an arm's trials try. Random draws come from the key and the name of each knob,
 * so that arms which share a knob try the same values of it. Throws `BadInput` where a grid does
 * not have exactly `trials` points.
 */
export const trialsOf = (plan: TuningPlan, space: SearchSpace, key: Key, where: string): readonly Settings[] => {
  if (plan.how === 'random') return randomTrials(space, plan.trials, key);
  const points = gridTrials(space, where);
  if (points.length !== plan.trials)
    throw new BadInput(
      `${where}: the grid has ${points.length} points, the budget is ${plan.trials} trials for every arm`,
    );
  return points;
};

/** Settings as a change of a config: `{ 'dropout.p': .1 }` becomes `{ dropout: { p: .1 } }`. */
export const settingsPatch = (settings: Settings): ConfigPatch => {
  const patch: { [key: string]: ConfigPatch[string] } = {};
  for (const [key, value] of Object.entries(settings)) {
    const [last, ...above] = key.split('.').reverse();
    let place = patch;
    for (const step of above.reverse()) {
      const found = place[step];
      const below = isObject(found) ? { ...found } : {};
      place[step] = below;
      place = below;
    }
    place[last ?? key] = value;
  }
  return patch;
};
