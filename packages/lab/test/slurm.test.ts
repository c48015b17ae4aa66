import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lab } from './cli.ts';
import { sleep } from './faults/processes.ts';
import { differing, doneIn, finishedTimes, openStudy, runsIn, type Faulty } from './faults/study.ts';

// A real controller and two nodes on this host, with arrays of at most four elements
// (scripts/setup/slurm.sh).
const script = fileURLToPath(new URL('../../../scripts/setup/slurm.sh', import.meta.url));

const cannot = ((): string | null => {
  if (process.env.LAB_SLURM !== '1') return 'LAB_SLURM=1 asks for it; it takes minutes';
  const missing = ['munged', 'slurmctld', 'slurmd'].filter((name) => spawnSync('which', [name]).status !== 0);
  if (missing.length > 0) return `no ${missing.join(', ')} here: apt-get install slurm-wlm munge`;
  return process.getuid?.() === 0 ? null : "starting Slurm's daemons needs root";
})();
if (cannot !== null) console.warn(`The tests with a real Slurm are skipped: ${cannot}`);

const tell = (command: string, ...args: readonly string[]): string =>
  execFileSync(command, [...args], { encoding: 'utf8' }).trim();

interface Submitted {
  readonly runs: number;
  readonly tasks: number;
  readonly arrays: readonly string[];
  readonly collect: string;
  readonly folder: string;
}

const submit = async (...args: readonly string[]): Promise<Submitted> => {
  const { code, stdout, stderr } = await lab('submit', '--scheduler', 'slurm', '--json', ...args);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Submitted;
};

/** Waits until a job has left the queue. Dependent jobs leave it last. */
const over = async (job: string, seconds: number): Promise<void> => {
  const end = performance.now() + seconds * 1000;
  while (/JobState=(PENDING|RUNNING|COMPLETING|SUSPENDED|REQUEUED)/.test(tell('scontrol', 'show', 'job', job))) {
    if (performance.now() > end) throw new Error(`job ${job} is not over:\n${tell('squeue', '-l')}`);
    await sleep(500);
  }
};

const logs = (folder: string): string =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.log'))
    .map((name) => `${name}: ${readFileSync(join(folder, name), 'utf8')}`)
    .join('\n');

const events = (out: string, id: string): readonly string[] =>
  readFileSync(join(out, 'runs', id, 'history.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { readonly event: string }).event);

describe.skipIf(cannot !== null)(`a real Slurm${cannot === null ? '' : ` (skipped: ${cannot})`}`, () => {
  let study: Faulty;
  const under = (name: string) => join(study.root, name);

  beforeAll(() => {
    study = openStudy(2, 200);
    // Two clusters on one host must not meet.
    process.env.SLURM_TEST_PORT = String(20_000 + (process.pid % 10_000));
    tell(script, 'start', under('slurm'));
    process.env.SLURM_CONF = join(under('slurm'), 'slurm.conf');
  }, 60_000);
  afterAll(() => {
    tell(script, 'stop', under('slurm'));
    study.remove();
  }, 60_000);

  it('tells a task before its time is up; the task, queued again, goes on from its checkpoint', async () => {
    const out = under('limited');
    const { arrays, collect, folder } = await submit(
      ...[study.file, '--scale', 'long', '--out', out, '--workers', '1'],
      ...['--time', '00:01:00', '--stop-before', '20'],
    );
    const local = lab('worker', study.file, '--scale', 'long', '--out', under('whole-long'), '--workers', '1');
    await over(collect, 500);
    const said = logs(folder);
    expect((await local).code, said).toBe(0);
    const [id] = runsIn(out);
    expect(tell('scontrol', 'show', 'job', arrays[0]!), said).toMatch(/Restarts=[1-9]/);
    expect(said).toContain('every worker writes a checkpoint');
    expect(said).toMatch(/Reused: \d+ steps from the checkpoints of 1 runs/);
    expect(events(out, id!).filter((event) => event === 'started').length, said).toBeGreaterThan(1);
    expect(finishedTimes(out, id!)).toBe(1);
    expect(differing(under('whole-long'), out)).toEqual([]);
  }, 600_000);

  it('runs arrays of workers, each run once, and collects when all have ended', async () => {
    const out = under('array');
    const submitted = await submit(
      ...[study.file, '--scale', 'short', '--out', out, '--workers', '1'],
      ...['--per-task', '1', '--time', '00:10:00', '--sbatch', 'comment=test'],
    );
    // Six runs, one in a task, at most four tasks in an array.
    expect(submitted).toMatchObject({ runs: 6, tasks: 6 });
    expect(submitted.arrays).toHaveLength(2);
    expect(tell('scontrol', 'show', 'job', submitted.collect)).toMatch(/Dependency=afterany:\d+/);
    await over(submitted.collect, 500);
    const said = logs(submitted.folder);
    expect(doneIn(out), said).toHaveLength(6);
    expect(
      doneIn(out).map((id) => finishedTimes(out, id)),
      said,
    ).toEqual([1, 1, 1, 1, 1, 1]);
    expect(readFileSync(join(submitted.folder, 'collect.log'), 'utf8')).toContain('6 done');
    expect(existsSync(join(out, 'index.html')), said).toBe(true);

    const whole = under('whole-short');
    expect((await lab('worker', study.file, '--scale', 'short', '--out', whole)).code).toBe(0);
    expect(differing(whole, out)).toEqual([]);
    expect((await lab('submit', study.file, '--scale', 'short', '--out', out)).stdout).toContain('nothing to submit');
  }, 600_000);
});
