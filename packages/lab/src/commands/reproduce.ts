import { compareStudies } from '@lab/report';
import { planExperiment } from '@lab/runner';
import { readArchive } from '../archive.ts';
import { chosen } from '../experiments.ts';
import { committed, reportFolder, scaleName, told, writeReports, type Reported } from '../reports.ts';
import { conclude, trainAll, type TrainOptions } from '../train.ts';
import { sweepData, type PlanOptions } from './run.ts';

/** The experiments that every reader of the papers asks for first. */
const main = ['sensitivity', 'ablation', 'compare'];

type Told = Pick<Reported, 'study' | 'folder'>;

/** This run's numbers beside the committed ones; null where there are none. */
const againstCommitted = ({ study }: Told, scale: string) => {
  const before = readArchive(reportFolder(committed, study.name, scale));
  return before && compareStudies(study, before, ['this run', 'results/']);
};

const comparedText = (report: Told, scale: string): string =>
  againstCommitted(report, scale)?.text ??
  `${report.study.title}: results/ holds nothing at scale ${scale} to compare with.`;

/** One report as data: where it lies, and its comparison with results/ or null. */
export const comparedData = (report: Told, scale: string) => {
  const whole = { experiment: report.study.name, folder: report.folder };
  const comparison = againstCommitted(report, scale);
  if (!comparison) return { ...whole, compared: null };
  const { text: _text, table: _table, ...compared } = comparison;
  return { ...whole, compared };
};

/** `lab reproduce`: train, report, and say how the numbers compare with those in results/. */
export const reproduce = async (options: PlanOptions & TrainOptions & { readonly json: boolean }): Promise<void> => {
  const plans = chosen(main).map((experiment) => ({
    experiment,
    runs: planExperiment(experiment, options.scale, options.set),
  }));
  const trained = await trainAll(
    plans.flatMap(({ runs }) => runs),
    options,
  );
  process.exitCode = conclude(trained);
  const print = (value: unknown) => console.log(JSON.stringify(value, null, 2));
  if (trained.stopped) {
    if (options.json) print({ ...sweepData(trained), reports: [], page: null });
    return;
  }
  const written = await writeReports(plans, options);
  const scale = scaleName(options);
  if (options.json) {
    const reports = written.reports.map((report) => comparedData(report, scale));
    return print({ ...sweepData(trained), reports, page: written.page });
  }
  const comparisons = written.reports.map((report) => comparedText(report, scale));
  console.log([told(written), 'Against the committed results', ...comparisons].join('\n\n'));
};
