import { stateOf } from '@lab/records';
import { runsOf } from '@lab/runner';
import { openEstimate, type CostEstimate } from '../compose/estimate.ts';
import { experimentsAsked, labelText, type PlanOptions } from '../compose/experiments.ts';
import { bytesText, openPrinter, timeText } from '../terminal/print.ts';

const isSettled = (state: string): boolean => state === 'done' || state === 'diverged';

const estimateText = ({ seconds, workers, bytes, freeBytes, from }: CostEstimate): string =>
  seconds === null || bytes === null
    ? `No finished run to estimate time from; ${bytesText(freeBytes)} of disk free`
    : `About ${timeText(seconds)} on ${workers} workers and ${bytesText(bytes)} of disk (by ${from} ` +
      `finished runs); ${bytesText(freeBytes)} free`;

/**
 * `lab plan`: every run with its labels, seed, id and state, as they are planned, then what the
 * rest should cost. Ten thousand runs are listed without being kept.
 */
export const plan = async (
  names: readonly string[],
  options: PlanOptions & { readonly json: boolean; readonly workers: number },
): Promise<void> => {
  const { out, scale, set, json } = options;
  const printer = openPrinter();
  const estimate = openEstimate(out);
  const seen = new Set<string>();
  let [total, done] = [0, 0];
  if (json) await printer.line('{"plans": [');
  for (const [i, experiment] of experimentsAsked(names, options).entries()) {
    const head = { experiment: experiment.name, scale };
    await printer.line(
      json ? `${i > 0 ? ',' : ''}${JSON.stringify(head).slice(0, -1)}, "runs": [` : `${experiment.name} (${scale})`,
    );
    let first = true;
    for (const { id, labels, seed, config } of runsOf(experiment, scale, set)) {
      const state = stateOf(out, id);
      total += 1;
      if (!seen.has(id)) {
        seen.add(id);
        done += isSettled(state) ? 1 : 0;
        estimate.add(id, config, isSettled(state));
      }
      if (json) await printer.line(`${first ? '' : ','}${JSON.stringify({ id, state, labels, seed, config })}`);
      else await printer.line(`  ${id}  ${state.padEnd(11)} ${labelText({ labels, seed })}`);
      first = false;
    }
    if (json) await printer.line(']}');
  }
  const cost = estimate.estimate(options.workers);
  const counts = { runs: seen.size, shared: total - seen.size, done };
  if (json) await printer.line(`], "counts": ${JSON.stringify(counts)}, "estimate": ${JSON.stringify(cost)}}`);
  else {
    await printer.line(
      `${counts.runs} different runs (${counts.shared} shared), ${done} done, ${counts.runs - done} to do`,
    );
    if (done < counts.runs) await printer.line(estimateText(cost));
  }
  await printer.flush();
};
