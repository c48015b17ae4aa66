import { compareStudies, readArchive } from '@lab/report';
import { plansOf, runsIn, type PlanOptions } from '../compose/plan/experiments.ts';
import { committed, reportFolder, reportsText, writeReports, type WrittenReport } from '../compose/show/reports.ts';
import { conclude, sweepData, trainAll, type TrainOptions } from '../compose/train/train.ts';
import { reportName } from '../compose/plan/folder.ts';
import { printJson } from '../terminal/print.ts';

/** The experiments that every reader of the papers asks for first. */
const main = ['sensitivity', 'ablation', 'compare'];

type Compared = Pick<WrittenReport, 'study' | 'folder'>;

/** This run's numbers beside the committed ones; null where there are none. */
const againstCommitted = ({ study }: Compared, scale: string) => {
  const before = readArchive(reportFolder(committed, study.name, scale));
  return before && compareStudies(study, before, ['this run', 'results/']);
};

const comparedText = (report: Compared, scale: string): string =>
  againstCommitted(report, scale)?.text ??
  `${report.study.title}: results/ holds nothing at scale ${scale} to compare with.`;

/** One report as data: where it lies, and its comparison with results/ or null. */
export const comparedData = (report: Compared, scale: string) => {
  const whole = { experiment: report.study.name, folder: report.folder };
  const comparison = againstCommitted(report, scale);
  if (!comparison) return { ...whole, compared: null };
  const { text: _text, table: _table, ...compared } = comparison;
  return { ...whole, compared };
};

/** `lab reproduce`: train, report, and say how the numbers compare with those in results/. */
export const reproduce = async (options: PlanOptions & TrainOptions & { readonly json: boolean }): Promise<void> => {
  const plans = plansOf(main, options);
  const trained = await trainAll(runsIn(plans), options);
  process.exitCode = conclude(trained);
  if (trained.stopped) {
    if (options.json) printJson({ ...sweepData(trained), reports: [], index: null });
    return;
  }
  const written = await writeReports(plans, options);
  const scale = reportName(options);
  if (options.json) {
    const reports = written.reports.map((report) => comparedData(report, scale));
    return printJson({ ...sweepData(trained), reports, index: written.index });
  }
  const comparisons = written.reports.map((report) => comparedText(report, scale));
  console.log([reportsText(written), 'Against the committed results', ...comparisons].join('\n\n'));
};
