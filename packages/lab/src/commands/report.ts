import { planExperiment } from '@lab/runner';
import { writeArchive } from '../archive.ts';
import { chosen } from '../experiments.ts';
import { resultsFolder, writeReports } from '../reports.ts';
import { studyOf } from '../study.ts';
import type { PlanOptions } from './run.ts';

/** `lab report`: everything again from stored runs; with --publish into results/ as well, with the runs' archive. */
export const report = async (
  names: readonly string[],
  options: PlanOptions & { readonly publish: boolean },
): Promise<void> => {
  const { out, scale, set, publish } = options;
  const plans = chosen(names).map((experiment) => ({ experiment, runs: planExperiment(experiment, scale, set) }));
  const { summary, files } = await writeReports(plans, options);
  console.log(summary);
  console.log(files.map((file) => `  ${file}`).join('\n'));
  if (!publish) return;
  for (const { experiment, runs } of plans) {
    const folder = resultsFolder(experiment.name, scale);
    console.log(`  ${writeArchive(folder, studyOf(experiment, runs, out))}`);
  }
  await writeReports(plans, options, resultsFolder);
};
