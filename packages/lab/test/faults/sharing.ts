import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lab } from '../cli.ts';
import type { Row } from './row.ts';
import { differing, doneIn, finishedTimes, runsIn, type Faulty } from './study.ts';

const command = (study: Faulty, out: string, ...more: readonly string[]) =>
  ['worker', study.file, '--scale', 'short', '--out', out, ...more] as const;

const twiceIn = (out: string): number => doneIn(out).filter((id) => finishedTimes(out, id) > 1).length;

/** Several runners at once on one folder, started together. */
export const shareFolder = async (study: Faulty, whole: string, out: string, runners: number): Promise<Row> => {
  const all = await Promise.all(Array.from({ length: runners }, () => lab(...command(study, out, '--workers', '1'))));
  for (const { code, stderr } of all) if (code !== 0) throw new Error(stderr);
  return {
    fault: `${runners} runners on one folder`,
    tried: 1,
    how: `${doneIn(out).length} runs, begun together`,
    lost: 0,
    twice: twiceIn(out),
    unequal: differing(whole, out).length,
    then: 'each takes what is free, and waits for what the others hold',
  };
};

/**
 * A module that moves a process's wall clock to and fro by a day, every 200 ms; the steady clock
 * stays, as in a real jump.
 */
const jumpy = `const real = Date.now;
const at = () => real() + (Math.floor(performance.now() / 200) % 3 - 1) * 86400000;
const Real = Date;
globalThis.Date = new Proxy(Real, {
  construct: (target, args) => (args.length ? new target(...args) : new target(at())),
});
Real.now = at;
`;

/**
 * A sweep whose processes see their clock jump by days, beside a run that another host holds and
 * whose own clock is off.
 */
export const jumpClock = async (study: Faulty, whole: string, out: string): Promise<Row> => {
  const folder = join(out, 'runs', runsIn(whole)[0]!);
  mkdirSync(folder, { recursive: true });
  const lease = join(folder, 'lease-000001.json');
  const owner = JSON.stringify({ host: 'another-host', space: null, pid: 1, started: null, turn: 0 });
  writeFileSync(lease, owner);
  const preload = join(study.root, 'jumpy.mjs');
  writeFileSync(preload, jumpy);
  // The other host beats, with a clock of its own.
  let beat = 0;
  const pulse = setInterval(() => {
    const then = new Date(Date.now() + (beat % 2 === 0 ? -1 : 1) * 3_600_000 + beat++);
    utimesSync(lease, then, then);
  }, 500);
  const before = process.env.NODE_OPTIONS;
  process.env.NODE_OPTIONS = `--import ${preload}`;
  try {
    const held = await lab(...command(study, out, '--workers', '2', '--no-wait'));
    if (!/1 held-elsewhere/.test(held.stderr)) throw new Error(`the other host's run was taken: ${held.stderr}`);
    if (readFileSync(lease, 'utf8') !== owner || readdirSync(folder).length !== 1)
      throw new Error('its folder was touched');
  } finally {
    clearInterval(pulse);
    if (before === undefined) delete process.env.NODE_OPTIONS;
    else process.env.NODE_OPTIONS = before;
  }
  const others = differing(whole, out).length;
  return {
    fault: 'clocks that jump by a day to and fro in every process, and are off by an hour on another host',
    tried: 1,
    how: `${doneIn(out).length} runs; the one that the other host held was left alone`,
    lost: 0,
    twice: twiceIn(out),
    // The run of the other host is missing, and must be.
    unequal: others - 1,
    then: 'leases go by a steady clock and by changes of the heartbeat, not by its time',
  };
};

/**
 * A run whose owner on another host is silent: taken over once this host has watched it long
 * enough. Takes two minutes.
 */
export const takeOver = async (study: Faulty, whole: string, out: string): Promise<Row> => {
  const folder = join(out, 'runs', runsIn(whole)[0]!);
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'lease-000007.json'),
    JSON.stringify({ host: 'a-dead-host', space: null, pid: 1, started: null, turn: 0 }),
  );
  const { code, stderr } = await lab(...command(study, out, '--workers', '1'));
  if (code !== 0) throw new Error(stderr);
  return {
    fault: 'an owner on another host that fell silent',
    tried: 1,
    how: 'no heartbeat for two minutes',
    lost: 0,
    twice: twiceIn(out),
    unequal: differing(whole, out).length,
    then: 'its run is taken over under a higher fencing number',
  };
};
