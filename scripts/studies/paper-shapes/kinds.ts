import { experiments } from '@lab/experiments';
import type { RunConfig } from '@lab/records';
import { runsOf } from '@lab/runner';

/** One of the papers' configs, standing for all that compile the same programs. */
export interface PaperKind {
  readonly experiment: string;
  readonly scale: string;
  readonly model: string;
  readonly name: string;
  readonly config: RunConfig;
}

/** Options that change numbers or sizes but not which programs there are. */
const numbersOnly = [
  ...['p', 'lambda', 'inputP', 'outputP', 'samples', 'alpha', 'r', 'init_r', 'target_r', 'size'],
  ...['tinit', 'tfinal', 'deltaT', 'orth_reg_weight', 'every', 'scoring_batches', 'budget', 'search'],
];

const withoutNumbers = (options: object): object =>
  Object.fromEntries(Object.entries(options).filter(([key]) => !numbersOnly.includes(key)));

/** What two configs must share to compile the same programs for batches of equal shape. */
const programsOf = ({ model, adapter, dropout }: RunConfig): string =>
  JSON.stringify([model, withoutNumbers(adapter), withoutNumbers(dropout)]);

/** Scales with the papers' settings, and the same shapes on models that fit this machine. */
const isAsked = (scale: string): boolean => scale.startsWith('paper') || scale === 'real';

/** The different kinds of runs of every such scale, for the models at hand. */
export const paperKinds = (models: readonly string[]): readonly PaperKind[] => {
  const kinds = new Map<string, PaperKind>();
  for (const experiment of experiments)
    for (const scale of Object.keys(experiment.scales).filter(isAsked))
      for (const { config, labels } of runsOf(experiment, scale)) {
        if (!models.includes(config.model.name)) continue;
        const programs = programsOf(config);
        const { part: _part, ...own } = labels;
        const name = Object.values(own)
          .filter((value) => typeof value === 'string')
          .join(', ');
        if (!kinds.has(programs))
          kinds.set(programs, { experiment: experiment.name, scale, model: config.model.name, name, config });
      }
  return [...kinds.values()];
};
