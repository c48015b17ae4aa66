import { MultiBar, Presets } from 'cli-progress';
import type { SweepEvents } from '@lab/runner';

/** Names of runs for people, by id. */
export type Names = ReadonlyMap<string, string>;

const clock = (seconds: number): string => {
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
};

/** Share of a run that evaluation stands for in the bar. */
const finalEvaluation = 0.2;

/**
 * Events of a sweep as progress: a bar for the whole with the time left, and one for each worker with step and loss. Where the output
 * is not a terminal, a line for each finished run.
 */
export const showProgress = (
  names: Names,
  total: number,
  engines: (line: string) => void,
): SweepEvents & { stop: () => void } => {
  const began = performance.now();
  const parts = new Map<string, number>();
  let ended = 0;
  let announced = false;
  const bars = process.stderr.isTTY
    ? new MultiBar(
        {
          format: '{label} {bar} {percentage} % | {text}',
          hideCursor: true,
          clearOnComplete: true,
          stream: process.stderr,
        },
        Presets.shades_grey,
      )
    : null;
  const whole = bars?.create(total, 0, { label: 'all  ', text: 'starting' });
  const lanes = new Map<number, ReturnType<NonNullable<typeof bars>['create']>>();
  const finished = () => ended + [...parts.values()].reduce((a, b) => a + b, 0);
  const left = () => {
    const done = finished();
    if (done < 0.05) return 'time left unknown yet';
    const spent = (performance.now() - began) / 1000;
    return `about ${clock((spent * (total - done)) / done)} left`;
  };
  return {
    onEngine: (engine, reason) => {
      if (announced) return;
      announced = true;
      engines(`Engine: ${engine} (${reason})`);
    },
    onProgress: (worker, run, { step, steps, loss, phase }) => {
      parts.set(run.id, (step / steps) * (1 - finalEvaluation));
      const lane = lanes.get(worker) ?? bars?.create(100, 0, { label: `run ${worker + 1}`, text: '' });
      if (lane) lanes.set(worker, lane);
      const shown = phase === 'evaluate' ? 'evaluating' : `loss ${loss?.toFixed(4) ?? 'n/a'}`;
      lane?.update((100 * step) / steps, { text: `step ${step}/${steps}, ${shown} | ${names.get(run.id) ?? run.id}` });
      whole?.update(finished(), { text: `${ended}/${total} runs, ${left()}` });
    },
    onEnd: (run, outcome, message) => {
      parts.delete(run.id);
      ended += 1;
      whole?.update(finished(), { text: `${ended}/${total} runs, ${left()}` });
      if (!bars) console.error(`[${ended}/${total}] ${names.get(run.id) ?? run.id}: ${outcome}, ${left()}`);
      else if (outcome === 'failed') bars.log(`${names.get(run.id) ?? run.id}: ${message ?? outcome}\n`);
    },
    stop: () => bars?.stop(),
  };
};
