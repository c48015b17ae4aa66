import { BadInput } from '@lab/records';
import { readTuning, tunedExperiment, tuningPath, type Experiment } from '@lab/runner';

/** The experiment at the settings that its search chose. Throws `BadInput` where none was made. */
export const atChosenSettings = <Report>(
  experiment: Experiment<Report>,
  { out, scale }: { readonly out: string; readonly scale: string },
): Experiment<Report> => {
  const tuning = readTuning(out, experiment.name, scale);
  if (!tuning)
    throw new BadInput(
      `${tuningPath(out, experiment.name, scale)}: no such file; ` +
        `search first: lab tune ${experiment.file?.path ?? experiment.name} --scale ${scale}`,
    );
  return tunedExperiment(experiment, tuning);
};
