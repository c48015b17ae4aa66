import { experiments } from '@lab/experiments';
import { BadInput, nearest } from '@lab/records';

/** The experiments that were named; `all` takes every one. Throws `BadInput` that lists them. */
export const chosen = (names: readonly string[]) => {
  if (names.includes('all')) return experiments;
  const known = experiments.map(({ name }) => name);
  return names.map((name) => {
    const found = experiments.find((experiment) => experiment.name === name);
    if (!found)
      throw new BadInput(`unknown experiment "${name}"${nearest(name, known)}; allowed: all, ${known.join(', ')}`);
    return found;
  });
};
