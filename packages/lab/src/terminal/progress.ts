import { MultiBar, Presets } from 'cli-progress';
import type { Allocation } from '@lab/records';
import type { SweepEvents } from '@lab/runner';
import { timeText } from './print.ts';

/** Names of runs for people, by id. */
export type Names = ReadonlyMap<string, string>;

/** Share of a run that evaluation stands for in the bar. */
const finalEvaluation = 0.2;

/** How much of a training is done; one of no steps is done at once. */
const shareOfSteps = (step: number, steps: number): number => (steps > 0 ? step / steps : 1);

/**
 * Events of a sweep as progress: a bar for the whole with the time left, and one for each worker
 * with step and loss. Where the output is not a terminal, a line for each finished run.
 */
export const showProgress = (names: Names, say: (line: string) => void): SweepEvents & { stop: () => void } => {
  let total = 0;
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
  let whole: ReturnType<NonNullable<typeof bars>['create']> | undefined;
  const lanes = new Map<number, ReturnType<NonNullable<typeof bars>['create']>>();
  const finished = () => ended + [...parts.values()].reduce((a, b) => a + b, 0);
  const left = () => {
    const done = finished();
    if (done < 0.05) return 'time left unknown yet';
    const spent = (performance.now() - began) / 1000;
    return `about ${timeText((spent * (total - done)) / done)} left`;
  };
  /**
   * Where and when a worker's present run was first heard of: its time left is counted from there.
   */
  const begins = new Map<number, { readonly id: string; readonly at: number; readonly step: number }>();
  const leftOf = (worker: number, id: string, step: number, steps: number): string => {
    const known = begins.get(worker);
    const now = performance.now();
    if (known?.id !== id) begins.set(worker, { id, at: now, step });
    if (known?.id !== id || step <= known.step) return '';
    return `, ${timeText(((now - known.at) / 1000 / (step - known.step)) * (steps - step))} left`;
  };
  const line = (text: string) => (bars ? bars.log(`${text}\n`) : say(text));
  const said = new Set<string>();
  /** Says a run's first choice with its budget, and every new warning of its proxy. */
  const sayChoice = (id: string, { step, proxy, modules, parameters, budget, warning }: Allocation): void => {
    const name = names.get(id) ?? id;
    const on = modules.filter((module) => module.on).length;
    const kept = `${on} of ${modules.length} modules, ${parameters} of at most ${budget} parameters`;
    if (!said.has(id)) line(`${name}: ${proxy} keeps ${kept}`);
    said.add(id);
    if (warning === undefined || said.has(`${id} ${warning}`)) return;
    said.add(`${id} ${warning}`);
    line(`Warning: ${name}: before step ${step + 1} ${warning}`);
  };
  return {
    onPlan: ({ runs, finished, givenUp, waiting }) => {
      total = waiting;
      const left = givenUp > 0 ? `, ${givenUp} given up (lab retry tries them again)` : '';
      if (finished === runs) return say(`All ${runs} runs are done already; nothing is computed again.`);
      say(`${runs} runs, ${finished} done already${left}, ${waiting} to go.`);
      whole = bars?.create(total, 0, { label: 'all  ', text: 'starting' });
      return undefined;
    },
    onEngine: (engine, reason) => {
      if (announced) return;
      announced = true;
      say(`Engine: ${engine} (${reason})`);
    },
    onProgress: (worker, run, { step, steps, loss, phase, chosen }) => {
      if (chosen) sayChoice(run.id, chosen);
      parts.set(run.id, shareOfSteps(step, steps) * (1 - finalEvaluation));
      const lane = lanes.get(worker) ?? bars?.create(100, 0, { label: `run ${worker + 1}`, text: '' });
      if (lane) lanes.set(worker, lane);
      const shown = phase === 'evaluate' ? 'evaluating' : `loss ${loss?.toFixed(4) ?? 'n/a'}`;
      const at = `step ${step}/${steps}, ${shown}${leftOf(worker, run.id, step, steps)}`;
      lane?.update(100 * shareOfSteps(step, steps), { text: `${at} | ${names.get(run.id) ?? run.id}` });
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
