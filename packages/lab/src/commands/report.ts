import { planExperiment } from '@lab/runner';
import { chosen } from '../experiments.ts';
import { committed, reportFolder, scaleName, told, writeReport, writeReports } from '../reports.ts';
import { watchReports } from '../watch.ts';
import type { PlanOptions } from './run.ts';

/**
 * `lab report`: everything again from stored runs; with --publish into results/ as well, with the runs' archive; with
 * --watch served while runs go on.
 */
export const report = async (
  names: readonly string[],
  options: PlanOptions & { readonly publish: boolean; readonly watch: boolean; readonly json: boolean },
): Promise<void> => {
  const { scale, set, publish } = options;
  const plans = chosen(names).map((experiment) => ({ experiment, runs: planExperiment(experiment, scale, set) }));
  if (options.watch) return watchReports(plans, options);
  const written = await writeReports(plans, options);
  const { reports, page } = written;
  if (options.json) console.log(JSON.stringify({ folders: reports.map(({ folder }) => folder), page }, null, 2));
  else console.log(told(written));
  if (!publish) return;
  for (const [i, { experiment }] of plans.entries()) {
    const folder = reportFolder(committed, experiment.name, scaleName(options));
    await writeReport(written.reports[i]!.study, experiment.report, folder);
    console.error(`Published: ${folder}`);
  }
};
