import { onlyRuns, plansOf, runsIn, type Planned, type PlanOptions } from '../compose/plan/experiments.ts';
import { reportsText, writeReports } from '../compose/show/reports.ts';
import { trainByLooks } from '../compose/train/looks.ts';
import { protocolOf } from '../compose/train/protocol.ts';
import { servePlans, stopSignal } from '../compose/show/serve.ts';
import { conclude, sweepData, trainAll, type TrainedRuns, type TrainOptions } from '../compose/train/train.ts';
import { printJson } from '../terminal/print.ts';

export type TrainingCommand = PlanOptions & TrainOptions & { readonly json: boolean };

interface RunOptions extends TrainingCommand {
  /** Beginnings of ids; absent: every run. */
  readonly only?: readonly string[];
  readonly watch: boolean;
  readonly port?: number;
}

/** Trains and reports; whether it was stopped before the end. */
const trainAndReport = async (plans: readonly Planned[], options: RunOptions): Promise<boolean> => {
  const { only } = options;
  const byLooks = plans.flatMap((plan) => {
    const looks = only ? undefined : protocolOf(plan, options)?.looks;
    return looks ? [{ plan, looks }] : [];
  });
  const atOnce = plans.filter((plan) => !byLooks.some((other) => other.plan === plan));
  const trained: TrainedRuns[] =
    atOnce.length > 0 ? [await trainAll(only ? onlyRuns(runsIn(atOnce), only) : runsIn(atOnce), options)] : [];
  for (const { plan, looks } of byLooks)
    if (!trained.some(({ stopped }) => stopped)) trained.push(...(await trainByLooks(plan, looks, options)));
  process.exitCode = Math.max(0, ...trained.map(conclude));
  if (options.json) printJson(trained.length === 1 ? trained.map(sweepData)[0] : trained.map(sweepData));
  if (trained.some(({ stopped }) => stopped)) return true;
  const written = await writeReports(plans, options);
  if (!options.json) console.log(reportsText(written));
  return false;
};

/**
 * `lab run`: trains what is missing, then writes the reports. Where looks are registered, it trains
 * look by look, and arms whose claims are all decided get no more seeds. With `only` it trains the
 * runs of these ids alone; with `watch` it serves a live page, which stays until Ctrl-C.
 */
export const run = async (names: readonly string[], options: RunOptions): Promise<void> => {
  const plans = plansOf(names, options);
  if (!options.watch) return void (await trainAndReport(plans, options));
  const served = await servePlans(plans, options);
  try {
    const isStopped = await trainAndReport(plans, options);
    if (!isStopped) await stopSignal();
  } finally {
    await served.close();
  }
};
