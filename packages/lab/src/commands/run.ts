import { plansOf, runsIn, type PlanOptions } from '../compose/experiments.ts';
import { reportsText, writeReports } from '../compose/reports.ts';
import { conclude, sweepData, trainAll, type TrainOptions } from '../compose/train.ts';
import { printJson } from '../terminal/print.ts';

export type TrainingCommand = PlanOptions & TrainOptions & { readonly json: boolean };

/** `lab run`: trains what is missing, then writes the reports. */
export const run = async (names: readonly string[], options: TrainingCommand): Promise<void> => {
  const plans = plansOf(names, options);
  const trained = await trainAll(runsIn(plans), options);
  process.exitCode = conclude(trained);
  if (options.json) printJson(sweepData(trained));
  if (trained.stopped) return;
  const written = await writeReports(plans, options);
  if (!options.json) console.log(reportsText(written));
};
