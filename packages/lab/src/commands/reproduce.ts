import { compareStudies } from '@lab/report';
import { planExperiment } from '@lab/runner';
import { readArchive } from '../archive.ts';
import { chosen } from '../experiments.ts';
import { committed, reportFolder, scaleName, told, writeReports, type Reported } from '../reports.ts';
import { conclude, trainAll, type TrainOptions } from '../train.ts';
import type { PlanOptions } from './run.ts';

/** The experiments that every reader of the papers asks for first. */
const main = ['sensitivity', 'ablation', 'compare'];

/** This run's numbers beside the committed ones. */
const againstCommitted = ({ study }: Reported, scale: string): string => {
  const before = readArchive(reportFolder(committed, study.name, scale));
  if (!before) return `${study.title}: results/ holds nothing at scale ${scale} to compare with.`;
  return compareStudies(study, before, ['this run', 'results/']).text;
};

/** `lab reproduce`: train, report, and say how the numbers compare with those in results/. */
export const reproduce = async (options: PlanOptions & TrainOptions): Promise<void> => {
  const plans = chosen(main).map((experiment) => ({
    experiment,
    runs: planExperiment(experiment, options.scale, options.set),
  }));
  const trained = await trainAll(
    plans.flatMap(({ runs }) => runs),
    options,
  );
  process.exitCode = conclude(trained);
  if (trained.stopped) return;
  const written = await writeReports(plans, options);
  const comparisons = written.reports.map((report) => againstCommitted(report, scaleName(options)));
  console.log([told(written), 'Against the committed results', ...comparisons].join('\n\n'));
};
