import { spawnSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startWith } from '../cli.ts';
import { openLedger } from './ledger.ts';
import type { Row } from './row.ts';
import { differing, doneIn, type Faulty } from './study.ts';

const asked = () => spawnSync('faketime', ['-m', '-f', '+1h', 'printenv', 'LD_PRELOAD'], { encoding: 'utf8' });

/** Why the clock of a process cannot be moved here; null where it can. */
export const cannotMoveClock = (): string | null =>
  asked().status === 0 ? null : 'there is no libfaketime (apt-get install faketime)';

/** Where a runner's clock stands, one after the other, a second each. */
const MOVES = ['+0', '+3600', '+0', '-3600'] as const;

/** By how many hours the clock was off in the notes that a run's owner made. */
const hoursOff = (out: string, id: string): readonly number[] => {
  const path = join(out, 'runs', id, 'history.jsonl');
  const { mtimeMs } = statSync(path);
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  return lines.map((line) => Math.round((Date.parse((JSON.parse(line) as { at: string }).at) - mtimeMs) / 3_600_000));
};

/**
 * Two runners on one folder, whose clocks libfaketime moves by an hour forwards and back while they
 * work, the second one against the first. The steady clock stays, as in a real move, and so do the
 * times of files.
 */
export const moveClock = async (study: Faulty, whole: string, out: string): Promise<Row> => {
  const library = asked().stdout.trim();
  const clocks = [0, 1].map((runner) => join(study.root, `clock-${runner}`));
  let moves = 0;
  const move = (): void => {
    for (const [runner, file] of clocks.entries())
      writeFileSync(file, MOVES[(moves + 2 * runner) % MOVES.length] ?? '');
    moves += 1;
  };
  const ledger = openLedger(out);
  move();
  const tick = setInterval(() => {
    move();
    ledger.look();
  }, 1_000);
  try {
    const runners = clocks.map((file) => {
      const env = {
        LD_PRELOAD: library,
        FAKETIME_TIMESTAMP_FILE: file,
        FAKETIME_NO_CACHE: '1',
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
        NO_FAKE_STAT: '1',
      };
      return startWith(env, 'worker', study.file, '--scale', 'short', '--out', out, '--workers', '1').ended;
    });
    for (const { code, stderr } of await Promise.all(runners)) if (code !== 0) throw new Error(stderr);
  } finally {
    clearInterval(tick);
  }
  ledger.look();
  const hours = new Set(doneIn(out).flatMap((id) => hoursOff(out, id)));
  if (hours.size < 3) throw new Error(`the runners saw clocks that are off by ${[...hours].join(', ')} hours alone`);
  return {
    fault: 'clocks that are moved by an hour, forwards and back, while two runners work',
    tried: moves,
    how:
      `${moves} moves in ${doneIn(out).length} runs, by libfaketime; ` +
      'the runners noted times an hour early, right and an hour late',
    lost: ledger.lost().length,
    twice: ledger.twice().length,
    unequal: differing(whole, out).length,
    then: 'each run is finished once, by whoever took it',
  };
};
