import { plansOf, type PlanOptions } from '../compose/plan/experiments.ts';
import { committed, reportFolder, reportsText, writeReport, writeReports } from '../compose/show/reports.ts';
import { reportName } from '../compose/plan/folder.ts';
import { protocolOf } from '../compose/train/protocol.ts';
import { servePlans, stopSignal } from '../compose/show/serve.ts';
import { printJson } from '../terminal/print.ts';

/**
 * `lab report`: everything again from stored runs; with --publish into results/ as well, with the
 * runs' archive; with --watch served while runs go on, beside a live page.
 */
export const report = async (
  names: readonly string[],
  options: PlanOptions & {
    readonly publish: boolean;
    readonly watch: boolean;
    readonly json: boolean;
    readonly dataDir?: string;
    readonly port?: number;
  },
): Promise<void> => {
  const plans = plansOf(names, options);
  if (options.watch) {
    const { close } = await servePlans(plans, options);
    await stopSignal();
    return close();
  }
  const written = await writeReports(plans, options);
  const { reports, index } = written;
  if (options.json) printJson({ folders: reports.map(({ folder }) => folder), index });
  else console.log(reportsText(written));
  if (!options.publish) return;
  for (const [i, { study }] of reports.entries()) {
    const plan = plans[i];
    if (!plan) continue;
    const { experiment } = plan;
    const folder = reportFolder(committed, experiment.name, reportName(options));
    await writeReport(study, { spec: experiment.report, protocol: protocolOf(plan, options) }, folder);
    console.error(`Published: ${folder}`);
  }
};
