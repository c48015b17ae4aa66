import { cpSync, existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stateOf } from '@lab/records';
import { lab, start } from '../cli.ts';
import { openLedger } from './ledger.ts';
import { until } from './processes.ts';
import type { Row } from './row.ts';
import { differing, doneIn, measured, runsIn, type Faulty } from './study.ts';

/**
 * Another digit in the middle of a text, another byte in the middle of anything else: the length
 * stays.
 */
const edit = (path: string): void => {
  const bytes = readFileSync(path);
  const digits = [...bytes.keys()].filter((i) => bytes[i]! >= 0x30 && bytes[i]! <= 0x38);
  const at = digits[Math.floor(digits.length / 2)] ?? Math.floor(bytes.length / 2);
  bytes[at] = bytes[at]! + 1;
  writeFileSync(path, bytes);
};

const harms: readonly (readonly [string, (path: string) => void])[] = [
  ['cut off', (path) => truncateSync(path, Math.floor(readFileSync(path).length / 2))],
  ['emptied', (path) => truncateSync(path, 0)],
  ['edited', edit],
  ['removed', (path) => rmSync(path)],
];

const files = [
  'result.json',
  'predictions.jsonl',
  'metrics.jsonl',
  'run.json',
  'adapter/adapter_model.safetensors',
  'DONE',
];

const command = (study: Faulty, scale: string, out: string) =>
  ['worker', study.file, '--scale', scale, '--out', out, '--workers', '2'] as const;

/**
 * Harms files of a copy of a finished sweep, a different one in each run, and computes the sweep
 * again. `all`: every harm to every file, else one harm to each file.
 */
export const damageRecords = async (study: Faulty, whole: string, out: string, all: boolean): Promise<Row> => {
  cpSync(whole, out, { recursive: true });
  const every = files.flatMap((file) => harms.map(([what, harm]) => ({ file, what, harm })));
  const cases = all ? every : every.filter((_, i) => i % (harms.length + 1) === 0 || i === every.length - 2);
  const ids = doneIn(out);
  const unnoticed: string[] = [];
  let lost = 0;
  for (let begin = 0; begin < cases.length; begin += ids.length) {
    const ledger = openLedger(out);
    const batch = cases.slice(begin, begin + ids.length).map((one, i) => ({ ...one, id: ids[i]! }));
    const harmed = new Set(batch.map(({ id }) => id));
    ledger.look();
    for (const { id, file, harm } of batch) harm(join(out, 'runs', id, file));
    const { code, stderr } = await lab(...command(study, 'short', out));
    if (code !== 0) throw new Error(stderr);
    for (const { id, file, what } of batch) {
      const path = join(out, 'runs', id, file);
      // Without its marker a run counts as not done, and its files are written anew.
      if (file === 'DONE' && what === 'removed' ? !existsSync(path) : !stderr.includes(`computed again: ${path}`))
        unnoticed.push(`${file} ${what}`);
    }
    lost += ledger.lost().filter((id) => !harmed.has(id)).length;
  }
  if (unnoticed.length > 0) throw new Error(`used without notice: ${unnoticed.join(', ')}`);
  return {
    fault: 'a record, predictions file, curve, adapter or marker cut off, emptied, edited by hand or removed',
    tried: cases.length,
    how: `${cases.length} of ${files.length} files x ${harms.length} harms`,
    lost,
    twice: 0,
    unequal: differing(whole, out).length,
    then: 'noticed by checksum, set aside as `*.corrupt-<n>`, computed again',
  };
};

/**
 * Starts the long run and stops it with SIGTERM once it has a checkpoint. Returns seconds to the
 * end, and what was said.
 */
export const stopInTheMiddle = async (study: Faulty, out: string) => {
  const { child, ended } = start(...command(study, 'long', out));
  await until('a first checkpoint', () =>
    runsIn(out).some((id) => existsSync(join(out, 'runs', id, 'checkpoint', 'state.safetensors'))),
  );
  const began = performance.now();
  child.kill('SIGTERM');
  const how = await ended;
  return { ...how, seconds: (performance.now() - began) / 1000 };
};

/** Stops the long run, harms its checkpoint, and lets it go on. */
export const damageCheckpoints = async (study: Faulty, whole: string, out: string): Promise<Row> => {
  let unequal = 0;
  const some = harms.filter(([what]) => what !== 'removed');
  for (const [what, harm] of some) {
    const here = join(out, what.replace(' ', '-'));
    await stopInTheMiddle(study, here);
    const [id] = runsIn(here);
    const path = join(here, 'runs', id!, 'checkpoint', 'state.safetensors');
    harm(path);
    const { code, stderr } = await lab(...command(study, 'long', here));
    if (code !== 0 || !stderr.includes(`computed again: ${path}`)) throw new Error(`checkpoint ${what}: ${stderr}`);
    unequal += differing(whole, here).length;
  }
  return {
    fault: 'a checkpoint cut off, emptied or edited by hand',
    tried: some.length,
    how: 'in the middle of a run',
    lost: 0,
    twice: 0,
    unequal,
    then: 'noticed by checksum, set aside, the run starts again',
  };
};

/** Stops the long run with SIGTERM and lets it go on, several times. */
export const stopGently = async (study: Faulty, whole: string, out: string, tries: number): Promise<Row> => {
  let [unequal, slowest] = [0, 0];
  for (let i = 0; i < tries; i++) {
    const here = join(out, `stop-${i}`);
    const { code, seconds } = await stopInTheMiddle(study, here);
    if (code !== 130) throw new Error(`SIGTERM ended with ${code}, not 130`);
    if (Object.keys(measured(here)).length > 0) throw new Error('the run was over before it could be stopped');
    slowest = Math.max(slowest, seconds);
    const state = stateOf(here, runsIn(here)[0]!);
    if (state !== 'cancelled') throw new Error(`${state}, not cancelled`);
    const { code: after, stderr } = await lab(...command(study, 'long', here));
    if (after !== 0 || !/steps from the checkpoints of 1 runs/.test(stderr)) throw new Error(stderr);
    unequal += differing(whole, here).length;
  }
  return {
    fault: 'SIGTERM in the middle of a run',
    tried: tries,
    how: `ended after ${slowest.toFixed(1)} s at most`,
    lost: 0,
    twice: 0,
    unequal,
    then: 'a checkpoint within the grace period; exit code 130; the same command goes on from it',
  };
};
