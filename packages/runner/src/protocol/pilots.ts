import { join } from 'node:path';
import { z } from 'zod';
import { BadInput, pathStep } from '@lab/records';
import { readChecked, writeChecked } from './checked-file.ts';

const pilotsSchema = z.strictObject({
  schema: z.literal(1),
  experiment: z.string(),
  /** Seeds whose runs a study was planned from. */
  seeds: z.array(z.number()),
  /** Of everything above, in canonical JSON. */
  sha256: z.string(),
});

const pilotsPath = (out: string, experiment: string): string =>
  join(out, 'protocols', pathStep('the experiment name', experiment), 'pilots', 'seeds.json');

/**
 * Seeds that `lab power` planned an experiment from. Throws `BadInput` for a file that was changed.
 */
const readPilots = (out: string, experiment: string): readonly number[] =>
  readChecked(pilotsPath(out, experiment), pilotsSchema, {
    writer: 'lab power',
    noJson: 'run lab power again with another --out',
  })?.seeds ?? [];

/** Notes seeds as pilots of an experiment, beside those noted before. */
export const notePilots = (out: string, experiment: string, seeds: readonly number[]): void => {
  const all = [...new Set([...readPilots(out, experiment), ...seeds])].sort((a, b) => a - b);
  writeChecked(pilotsPath(out, experiment), { schema: 1 as const, experiment, seeds: all });
};

/** Throws `BadInput` where a seed of confirmation was a pilot: its runs have shaped the plan. */
export const refusePilots = (out: string, experiment: string, seeds: readonly number[]): void => {
  const pilots = readPilots(out, experiment);
  const twice = seeds.find((seed) => pilots.includes(seed));
  if (twice === undefined) return;
  const next = Math.max(...pilots, ...seeds) + 1;
  throw new BadInput(
    `${experiment}: seed ${twice} was a pilot of lab power; confirmation needs fresh seeds, ` +
      `for example --set 'seed=[${[0, 1, 2, 3, 4, 5].map((i) => next + i).join(',')}]'`,
  );
};
