import { join } from 'node:path';
import { stateOf } from '@lab/records';
import { runsOf } from '@lab/runner';
import { experimentsAsked, labelText, type PlanOptions } from '../compose/plan/experiments.ts';
import { given } from '../compose/plan/given.ts';
import { openEstimate } from '../estimate/estimate.ts';
import { estimateLines } from '../estimate/lines.ts';
import { openPrinter } from '../terminal/print.ts';

const isSettled = (state: string): boolean => state === 'done' || state === 'diverged';

/**
 * `lab plan`: every run with its labels, seed, id and state, as they are planned, then what the
 * rest should cost. Ten thousand runs are listed without being kept. Data that are at hand are
 * opened, so that files that do not fit are found before anything is trained.
 */
export const plan = async (
  names: readonly string[],
  options: PlanOptions & {
    readonly json: boolean;
    readonly workers: number;
    readonly dataDir?: string;
    readonly weights?: string;
    readonly tflops?: number;
  },
): Promise<void> => {
  const { out, scale, set, json, workers, dataDir, weights, tflops } = options;
  const printer = openPrinter();
  const estimate = openEstimate({
    out,
    sources: { cacheDir: join(out, 'cache'), ...given({ dataDir }) },
    ...given({ weights }),
  });
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
        await estimate.add(id, config, isSettled(state));
      }
      if (json) await printer.line(`${first ? '' : ','}${JSON.stringify({ id, state, labels, seed, config })}`);
      else await printer.line(`  ${id}  ${state.padEnd(11)} ${labelText({ labels, seed })}`);
      first = false;
    }
    if (json) await printer.line(']}');
  }
  const cost = await estimate.estimate({ workers, ...given({ tflops }) });
  const counts = { runs: seen.size, shared: total - seen.size, done };
  if (json) await printer.line(`], "counts": ${JSON.stringify(counts)}, "estimate": ${JSON.stringify(cost)}}`);
  else {
    await printer.line(
      `${counts.runs} different runs (${counts.shared} shared), ${done} done, ${counts.runs - done} to do`,
    );
    if (done < counts.runs) for (const line of estimateLines(cost)) await printer.line(line);
  }
  await printer.flush();
};
