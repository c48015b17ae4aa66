import { isDone } from '@lab/records';
import { renderPage, servePage } from '@lab/report';
import { plansOf, runsIn, type Planned, type PlanOptions } from '../compose/experiments.ts';
import { committed, reportFolder, reportsText, writeReport, writeReports } from '../compose/reports.ts';
import { reportName } from '../compose/folder.ts';
import { protocolOf } from '../compose/protocol.ts';
import { printJson } from '../terminal/print.ts';

/**
 * Serves the reports on the loopback address while runs go on; an open page follows. Ends with
 * Ctrl-C.
 */
const serveReports = async (plans: readonly Planned[], options: PlanOptions): Promise<void> => {
  const ids = [...new Set(runsIn(plans).map(({ id }) => id))];
  const countDone = () => ids.filter((id) => isDone(options.out, id)).length;
  const { url, close } = await servePage({
    render: async () => {
      const { reports } = await writeReports(plans, options);
      return renderPage(reports.map(({ rendered }) => rendered));
    },
    stamp: () => `${countDone()} of ${ids.length}`,
  });
  console.log(`${url} follows ${ids.length} runs, ${countDone()} done. Ctrl-C ends it.`);
  await new Promise<void>((resolve) => process.once('SIGINT', () => resolve()).once('SIGTERM', () => resolve()));
  await close();
};

/**
 * `lab report`: everything again from stored runs; with --publish into results/ as well, with the
 * runs' archive; with --watch served while runs go on.
 */
export const report = async (
  names: readonly string[],
  options: PlanOptions & { readonly publish: boolean; readonly watch: boolean; readonly json: boolean },
): Promise<void> => {
  const plans = plansOf(names, options);
  if (options.watch) return serveReports(plans, options);
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
