import { readFileSync } from 'node:fs';
import { isDone } from '@lab/records';
import { servePage } from '@lab/report';
import { writeReports, type Planned } from './reports.ts';

/** Serves the reports on the loopback address while runs go on; the open page follows. Ends with Ctrl-C. */
export const watchReports = async (
  plans: readonly Planned[],
  options: { readonly out: string; readonly scale: string; readonly model?: string },
): Promise<void> => {
  const ids = [...new Set(plans.flatMap(({ runs }) => runs.map(({ id }) => id)))];
  const done = () => ids.filter((id) => isDone(options.out, id)).length;
  const { url, close } = await servePage({
    render: async () => readFileSync((await writeReports(plans, options)).page, 'utf8'),
    stamp: () => `${done()} of ${ids.length}`,
  });
  console.log(`${url} follows ${ids.length} runs, ${done()} done. Ctrl-C ends it.`);
  await new Promise<void>((resolve) => process.once('SIGINT', () => resolve()).once('SIGTERM', () => resolve()));
  await close();
};
