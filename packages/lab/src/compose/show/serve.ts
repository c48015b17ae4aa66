import { isDone } from '@lab/records';
import { renderPage, serveLive, type Served } from '@lab/report';
import { runsIn, type Planned, type PlanOptions } from '../plan/experiments.ts';
import { writeReports } from './reports.ts';
import { openWatch } from './watch.ts';

/** What the live page is called. */
const titleOf = (plans: readonly Planned[]): string => plans.map(({ experiment }) => experiment.title).join('; ');

/**
 * Serves runs on the loopback address while they go on: a live page, and the report of what is
 * done. Says where.
 */
export const servePlans = async (
  plans: readonly Planned[],
  options: PlanOptions & { readonly dataDir?: string; readonly port?: number },
): Promise<Served> => {
  const ids = [...new Set(runsIn(plans).map(({ id }) => id))];
  const served = await serveLive({
    look: openWatch(titleOf(plans), runsIn(plans), options.out),
    render: async () => {
      const { reports } = await writeReports(plans, options);
      return renderPage(reports.map(({ rendered }) => rendered));
    },
    stamp: () => String(ids.filter((id) => isDone(options.out, id)).length),
    ...(options.port === undefined ? {} : { port: options.port }),
  });
  console.error(`Live: ${served.url} follows ${ids.length} runs; Ctrl-C ends it.`);
  return served;
};

/** Waits for Ctrl-C. */
export const stopSignal = (): Promise<void> =>
  new Promise((resolve) => {
    process.once('SIGINT', () => resolve()).once('SIGTERM', () => resolve());
  });
