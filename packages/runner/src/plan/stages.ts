import { BadInput, nearest } from '@lab/records';
import type { ConfigPatch, Json } from './patch.ts';

/**
 * One stage of an arm: a run that may start from what stages before it left. Its config is laid
 * over the arm's; there `from.stage`, and `stage` in the items of `from.runs`, name a stage before
 * it.
 */
export interface Stage {
  readonly name: string;
  readonly config: ConfigPatch;
}

/** Ids of the stages planned so far, by name: those of one arm and one seed. */
export type PlannedStages = ReadonlyMap<string, string>;

const isObject = (value: Json | undefined): value is ConfigPatch =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `{ stage: name, … }` as `{ run: id, … }`; anything else as it is. */
const pointed = (value: Json, planned: PlannedStages, where: string): Json => {
  if (!isObject(value) || value.stage === undefined) return value;
  const { stage, ...rest } = value;
  const id = planned.get(String(stage));
  if (id !== undefined) return { ...rest, run: id };
  const names = [...planned.keys()];
  throw new BadInput(
    `${where}: from: no stage "${String(stage)}" comes before it${nearest(String(stage), names)}; ` +
      `allowed: ${names.join(', ') || 'none, it is the first'}`,
  );
};

/**
 * A stage's config with the stages that it names replaced by the ids of their runs. A stage that
 * starts from others draws from streams of its own name. Throws `BadInput` for a stage that does
 * not come before it.
 */
export const stageConfig = (
  raw: ConfigPatch,
  name: string,
  { planned, where }: { readonly planned: PlannedStages; readonly where: string },
): ConfigPatch => {
  if (!isObject(raw.from)) return raw;
  const place = `${where}: stage "${name}"`;
  const from = pointed({ stream: name, ...raw.from }, planned, place);
  if (!isObject(from) || !Array.isArray(from.runs)) return { ...raw, from };
  return { ...raw, from: { ...from, runs: from.runs.map((item: Json) => pointed(item, planned, place)) } };
};

/** Throws `BadInput` where two stages of an arm have one name. */
export const checkStages = (stages: readonly Stage[], where: string): void => {
  const names = stages.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new BadInput(`${where}: two stages are named "${twice}"`);
};
