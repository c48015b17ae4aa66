import type { PlanOptions } from './experiments.ts';

/** What names the places of files; they differ from machine to machine. */
interface PlacesGiven {
  readonly weights?: string;
  readonly dataDir?: string;
}

/** A word as a shell takes it whole. */
const shellWord = (word: string): string =>
  /^[A-Za-z0-9_./=:,@+-]+$/.test(word) ? word : `'${word.replace(/'/g, `'\\''`)}'`;

/**
 * The command line that makes an experiment's runs. Folders of this machine stand in it as
 * `<folder>`: the line is kept with results that others read.
 *
 * @param asked What named the experiment: its name, or the path of its file.
 */
export const runCommand = (
  asked: string,
  { scale, set, model, tuned, weights, dataDir }: PlanOptions & PlacesGiven,
): string => {
  const isOwnFlag = (override: string): boolean =>
    (model !== undefined && override.startsWith('model.name=')) ||
    (weights !== undefined && override.startsWith('model.weights='));
  const overrides = set.filter((override) => !isOwnFlag(override));
  return [
    'npm run lab -- run',
    shellWord(asked),
    `--scale ${shellWord(scale)}`,
    ...(model === undefined ? [] : [`--model ${shellWord(model)}`]),
    ...(weights === undefined ? [] : ['--weights <folder>']),
    ...(dataDir === undefined ? [] : ['--data-dir <folder>']),
    ...(tuned ? ['--tuned'] : []),
    ...(overrides.length > 0 ? [`--set ${overrides.map(shellWord).join(' ')}`] : []),
  ].join(' ');
};
