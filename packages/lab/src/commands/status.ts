import { setTimeout as after } from 'node:timers/promises';
import { holdingOf, readProgress, runFolder, stateOf, type RunState } from '@lab/records';
import { runsOf } from '@lab/runner';
import { experimentsNamed, labelText, plansOf, type PlanOptions } from '../compose/plan/experiments.ts';
import { openWatch } from '../compose/show/watch.ts';
import { liveText } from '../terminal/live-table.ts';

interface Running {
  readonly id: string;
  readonly name: string;
  /** Host and process number. */
  readonly owner: string;
  readonly phase: string | null;
  readonly step: number | null;
  readonly steps: number | null;
  readonly loss: number | null;
}

interface Row {
  readonly experiment: string;
  readonly scale: string;
  readonly runs: number;
  readonly counts: { readonly [state in RunState]?: number };
  readonly running: readonly Running[];
}

const runningOf = (out: string, id: string, name: string): Running => {
  const { owner } = holdingOf(runFolder(out, id));
  const note = readProgress(out, id);
  return {
    id,
    name,
    owner: owner ? `${owner.host}:${owner.pid}` : 'unknown',
    phase: note?.phase ?? null,
    step: note?.step ?? null,
    steps: note?.steps ?? null,
    loss: note?.loss ?? null,
  };
};

const look = (names: readonly string[], { out, scale, set }: PlanOptions): readonly Row[] =>
  experimentsNamed(names).map((experiment) => {
    const counts: { [state in RunState]?: number } = {};
    const running: Running[] = [];
    let runs = 0;
    for (const run of runsOf(experiment, scale, set)) {
      const state = stateOf(out, run.id);
      counts[state] = (counts[state] ?? 0) + 1;
      runs += 1;
      if (state === 'running') running.push(runningOf(out, run.id, labelText(run)));
    }
    return { experiment: experiment.name, scale, runs, counts, running };
  });

const order: readonly RunState[] = [
  'done',
  'diverged',
  'running',
  'interrupted',
  'cancelled',
  'failed',
  'oom',
  'timeout',
  'damaged',
  'planned',
];

const table = (rows: readonly Row[]): string => {
  const states = order.filter((state) => rows.some(({ counts }) => counts[state]));
  const cells = [
    ['experiment', 'scale', 'runs', 'ended', ...states],
    ...rows.map(({ experiment, scale, runs, counts }) => [
      experiment,
      scale,
      String(runs),
      `${Math.floor((100 * ((counts.done ?? 0) + (counts.diverged ?? 0))) / Math.max(1, runs))} %`,
      ...states.map((state) => String(counts[state] ?? 0)),
    ]),
  ];
  const widths = [...Array(4 + states.length).keys()].map((i) => Math.max(...cells.map((row) => row[i]?.length ?? 0)));
  const lines = cells.map((row) =>
    row.map((cell, i) => (i < 2 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  '),
  );
  const running = rows
    .flatMap((row) => row.running)
    .map(({ id, owner, name, phase, step, steps, loss }) => {
      const at = step === null ? 'starting' : `${phase} ${step}/${steps}`;
      return `  ${id}  ${at.padEnd(16)} ${loss === null ? '' : `loss ${loss.toFixed(4)}`}  ${owner}  ${name}`;
    });
  return [...lines, ...running].join('\n');
};

const moves: readonly RunState[] = ['running', 'planned', 'interrupted', 'cancelled'];
const isOver = (rows: readonly Row[]): boolean => rows.every(({ counts }) => moves.every((state) => !counts[state]));

/** Milliseconds between looks. */
const every = 2000;

/** Fills the terminal with bars, time left and arms, again and again, until nothing is left. */
const watchOnTerminal = async (names: readonly string[], options: PlanOptions): Promise<void> => {
  const watches = plansOf(names, options).map(({ experiment, runs }) => openWatch(experiment.title, runs, options.out));
  while (true) {
    const states = watches.map((lookNow) => lookNow());
    const screen = process.stdout.columns;
    const text = states.map((state) => liveText(state, screen)).join('\n\n');
    process.stdout.write(`\u001b[2J\u001b[H${text}\n`);
    if (states.every(({ isOver }) => isOver)) return;
    await after(every);
  }
};

/**
 * `lab status`: how many runs of each experiment are in which state, and how far the running ones
 * are, on whatever host. With --watch bars, time left and the arms that fill in, every two
 * seconds until nothing is left to do; where the output is no terminal, the counts when they
 * change.
 */
export const status = async (
  names: readonly string[],
  options: PlanOptions & { readonly json: boolean; readonly watch: boolean },
): Promise<void> => {
  if (options.watch && process.stdout.isTTY && !options.json) return watchOnTerminal(names, options);
  let before = '';
  while (true) {
    const rows = look(names, options);
    const text = options.json ? JSON.stringify(rows, null, options.watch ? undefined : 2) : table(rows);
    if (text !== before) console.log(text);
    before = text;
    if (!options.watch || isOver(rows)) return;
    await after(every);
  }
};
