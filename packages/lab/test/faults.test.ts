import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lab } from './cli.ts';
import { damageRecords, stopGently } from './faults/damage.ts';
import { cannotMount, fillDisk, lockFolder } from './faults/disk.ts';
import { cannotLimit, fillAtEveryWrite } from './faults/full/fill.ts';
import { killAtRandom } from './faults/kills.ts';
import { cannotMoveClock, moveClock } from './faults/move-clock.ts';
import type { Row } from './faults/row.ts';
import { jumpClock, shareFolder } from './faults/sharing.ts';
import { openStudy, type Faulty } from './faults/study.ts';

// A short series; `npm run faults` runs the long one.
const linux = process.platform === 'linux';
const noMount = linux ? cannotMount() : 'Linux only';

let study: Faulty;
let whole: string;
const under = (name: string) => join(study.root, name);

beforeAll(async () => {
  study = openStudy(2);
  whole = under('whole-short');
  const sweeps = ['short', 'long'].map((scale) =>
    lab('worker', study.file, '--scale', scale, '--out', under(`whole-${scale}`), '--workers', '2'),
  );
  for (const { code, stderr } of await Promise.all(sweeps)) expect(code, stderr).toBe(0);
}, 300_000);
afterAll(() => study.remove());

const harmless = (row: Row) => {
  expect(row.tried).toBeGreaterThan(0);
  expect({ lost: row.lost, twice: row.twice, unequal: row.unequal }).toEqual({ lost: 0, twice: 0, unequal: 0 });
};

describe('a sweep loses nothing to', () => {
  it.runIf(linux)(
    'kill -9 at random moments',
    async () => {
      harmless(await killAtRandom({ study, whole, kills: 2, seed: 1 }));
    },
    300_000,
  );

  it('damaged files', async () => harmless(await damageRecords(study, whole, under('damage'), false)), 300_000);

  it('SIGTERM', async () => harmless(await stopGently(study, under('whole-long'), under('stop'), 1)), 300_000);

  it('a second runner', async () => harmless(await shareFolder(study, whole, under('shared'), 2)), 300_000);

  it('clocks that jump', async () => harmless(await jumpClock(study, whole, under('clock'))), 300_000);

  const noClock = cannotMoveClock();
  it.skipIf(noClock !== null)(
    `clocks that are moved by an hour${noClock ? ` (skipped: ${noClock})` : ''}`,
    async () => harmless(await moveClock(study, whole, under('moved'))),
    300_000,
  );

  const noLimit = cannotLimit();
  it.skipIf(noLimit !== null)(
    `a disk that is full from one file on${noLimit ? ` (skipped: ${noLimit})` : ''}`,
    () => harmless(fillAtEveryWrite(study, under('whole-long'), ['a protocol', 'a study of one’s own data'])),
    300_000,
  );

  it.skipIf(noMount !== null)(
    `a full disk, or a read-only one${noMount ? ` (skipped: ${noMount})` : ''}`,
    () => {
      harmless(fillDisk(study, whole, ['700k']));
      harmless(lockFolder(study, whole));
    },
    300_000,
  );
});
