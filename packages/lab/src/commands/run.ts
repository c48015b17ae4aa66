import { planExperiment } from '@lab/runner';
import { chosen } from '../experiments.ts';
import { told, writeReports } from '../reports.ts';
import { conclude, trainAll, type TrainOptions } from '../train.ts';

export interface PlanOptions {
  readonly out: string;
  readonly scale: string;
  readonly set: readonly string[];
}

/** `lab run`: trains what is missing, then writes the reports. */
export const run = async (names: readonly string[], options: PlanOptions & TrainOptions): Promise<void> => {
  const plans = chosen(names).map((experiment) => ({
    experiment,
    runs: planExperiment(experiment, options.scale, options.set),
  }));
  const trained = await trainAll(
    plans.flatMap(({ runs }) => runs),
    options,
  );
  process.exitCode = conclude(trained);
  if (!trained.stopped) console.log(told(await writeReports(plans, options)));
};
