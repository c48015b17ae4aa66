import { experiments } from '@lab/experiments';
import { BadInput, nearest, needBytes } from '@lab/records';
import { ownStudySpec, type ReportSpec } from '@lab/report';
import { parseExperiment, planExperiment, type Experiment, type ExperimentRun } from '@lab/runner';
import { atChosenSettings } from './tuning-file.ts';

/** What names runs on the command line. */
export interface PlanOptions {
  readonly out: string;
  readonly scale: string;
  readonly set: readonly string[];
  /** The model asked for, when it is not the experiment's own; `set` has it already. */
  readonly model?: string;
  /** Every arm at the settings that `lab tune` chose. */
  readonly tuned?: boolean;
}

/** An experiment with its runs. */
export interface Planned {
  /** What named it: its name, or the path of its file. */
  readonly asked: string;
  readonly experiment: Experiment<ReportSpec>;
  readonly runs: readonly ExperimentRun[];
}

/** Labels of every arm of every scale. */
function* labelsOf({ scales }: Experiment) {
  for (const { arms } of Object.values(scales)) for (const { labels } of arms) yield labels;
}

/** Bytes of the longest experiment file that is read. */
const largestExperiment = 2 ** 26;

/**
 * An experiment from a YAML or JSON file. Throws `BadInput` for a file that cannot be read or says
 * what is not allowed.
 */
const fromFile = (path: string): Experiment<ReportSpec> => {
  const experiment = parseExperiment(needBytes(path, 'check its path', largestExperiment).toString('utf8'), path);
  const { name, title, question, report } = experiment;
  const { baseline, gridAxes, margin } = report;
  if (experiments.some((own) => own.name === name))
    throw new BadInput(`${path}: "${name}" is the name of an experiment of this program; give it another`);
  const arms = { [Symbol.iterator]: () => labelsOf(experiment) };
  return { ...experiment, report: ownStudySpec({ name, title, question, arms, baseline, gridAxes, margin }) };
};

/** Whether an experiment is named by the path of its file. */
export const isStudyFile = (name: string): boolean => /\.(ya?ml|json)$/i.test(name);

/**
 * The experiments that were named: `all` is every one, a name that ends with .yaml or .json is a
 * file. Throws `BadInput` that lists them.
 */
export const experimentsNamed = (names: readonly string[]): readonly Experiment<ReportSpec>[] => {
  if (names.includes('all')) return experiments;
  const known = experiments.map(({ name }) => name);
  return names.map((name) => {
    if (isStudyFile(name)) return fromFile(name);
    const experiment = experiments.find((own) => own.name === name);
    if (experiment) return experiment;
    throw new BadInput(
      `unknown experiment "${name}"${nearest(name, known)}; allowed: all, ${known.join(', ')}, ` +
        'or the path of a .yaml or .json file',
    );
  });
};

/**
 * The experiments that were named, of `all` those that have the scale; with `tuned` at the settings
 * that their searches chose.
 */
export const experimentsAsked = (names: readonly string[], options: PlanOptions): readonly Experiment<ReportSpec>[] =>
  experimentsNamed(names)
    .filter(({ scales }) => !names.includes('all') || Object.hasOwn(scales, options.scale))
    .map((experiment) => (options.tuned ? atChosenSettings(experiment, options) : experiment));

/** Every experiment that was named, with its runs. */
export const plansOf = (names: readonly string[], options: PlanOptions): readonly Planned[] =>
  experimentsAsked(names, options).map((experiment, i) => ({
    asked: names.includes('all') ? experiment.name : (names[i] ?? experiment.name),
    experiment,
    runs: planExperiment(experiment, options.scale, options.set),
  }));

/**
 * The runs whose ids begin with one of the given texts. Throws `BadInput` where a text fits none.
 */
export const onlyRuns = (runs: readonly ExperimentRun[], ids: readonly string[]): readonly ExperimentRun[] => {
  const unknown = ids.find((id) => !runs.some((run) => run.id.startsWith(id)));
  if (unknown !== undefined)
    throw new BadInput(`--only ${unknown}: none of the ${runs.length} runs has such an id; lab plan lists them`);
  return runs.filter((run) => ids.some((id) => run.id.startsWith(id)));
};

/** The runs of all plans, one after another. */
export const runsIn = (plans: readonly Planned[]): readonly ExperimentRun[] => plans.flatMap(({ runs }) => runs);

/** A run's labels and seed for people. */
export const labelText = ({ labels, seed }: Pick<ExperimentRun, 'labels' | 'seed'>): string =>
  [...Object.entries(labels).map(([axis, value]) => `${axis} ${value}`), `seed ${seed}`].join(', ');
