import { readFileSync } from 'node:fs';
import { experiments } from '@lab/experiments';
import { BadInput, nearest } from '@lab/records';
import { parseExperiment, type Experiment } from '@lab/runner';
import type { ReportSpec } from '@lab/report';
import { reportOf } from './file-report.ts';

/** An experiment from a JSON file. Throws `BadInput` for a file that cannot be read or says what is not allowed. */
const fromFile = (path: string): Experiment<ReportSpec> => {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new BadInput(`${path}: cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'})`);
  }
  const experiment = parseExperiment(text, path);
  if (experiments.some(({ name }) => name === experiment.name))
    throw new BadInput(`${path}: "${experiment.name}" is the name of an experiment of this program; give it another`);
  return { ...experiment, report: reportOf(experiment) };
};

/** The experiments that were named; `all` takes every one, a name that ends with .json is a file. Throws `BadInput` that lists them. */
export const chosen = (names: readonly string[]): readonly Experiment<ReportSpec>[] => {
  if (names.includes('all')) return experiments;
  const known = experiments.map(({ name }) => name);
  return names.map((name) => {
    if (name.endsWith('.json')) return fromFile(name);
    const found = experiments.find((experiment) => experiment.name === name);
    if (!found)
      throw new BadInput(
        `unknown experiment "${name}"${nearest(name, known)}; allowed: all, ${known.join(', ')}, or the path of a .json file`,
      );
    return found;
  });
};
