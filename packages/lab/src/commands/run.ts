import { plansOf, runsIn, type PlanOptions } from '../compose/experiments.ts';
import { reportsText, writeReports } from '../compose/reports.ts';
import { trainByLooks } from '../compose/looks.ts';
import { protocolOf } from '../compose/protocol.ts';
import { conclude, sweepData, trainAll, type TrainedRuns, type TrainOptions } from '../compose/train.ts';
import { printJson } from '../terminal/print.ts';

export type TrainingCommand = PlanOptions & TrainOptions & { readonly json: boolean };

/**
 * `lab run`: trains what is missing, then writes the reports. Where looks are registered, it trains
 * look by look, and arms whose claims are all decided get no more seeds.
 */
export const run = async (names: readonly string[], options: TrainingCommand): Promise<void> => {
  const plans = plansOf(names, options);
  const byLooks = plans.flatMap((plan) => {
    const looks = protocolOf(plan, options)?.looks;
    return looks ? [{ plan, looks }] : [];
  });
  const atOnce = plans.filter((plan) => !byLooks.some((other) => other.plan === plan));
  const trained: TrainedRuns[] = atOnce.length > 0 ? [await trainAll(runsIn(atOnce), options)] : [];
  for (const { plan, looks } of byLooks)
    if (!trained.some(({ stopped }) => stopped)) trained.push(...(await trainByLooks(plan, looks, options)));
  process.exitCode = Math.max(0, ...trained.map(conclude));
  if (options.json) printJson(trained.length === 1 ? trained.map(sweepData)[0] : trained.map(sweepData));
  if (trained.some(({ stopped }) => stopped)) return;
  const written = await writeReports(plans, options);
  if (!options.json) console.log(reportsText(written));
};
