import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  diskWorld,
  heartbeat,
  holdingOf,
  isOurs,
  itemAt,
  leaseTimeout,
  openLeases,
  present,
  releaseLease,
  takeLease,
} from '../src/index.ts';
import { freshFolder, leaseOf } from './folder.ts';

const index = fileURLToPath(new URL('../src/index.ts', import.meta.url));

/** Another process that takes the lease of a folder, says what it got, and waits. */
const holder = async (folder: string) => {
  const code = `import { takeLease } from ${JSON.stringify(index)};
    const lease = takeLease(${JSON.stringify(folder)});
    process.stdout.write(JSON.stringify(lease) + '\\n');
    setInterval(() => undefined, 1000);`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const kill = async () => {
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };
  return { lease: JSON.parse(line.toString()) as ReturnType<typeof takeLease>, kill };
};

const file = (folder: string): string => join(folder, itemAt(readdirSync(folder), 0));

/** This process as an observer whose steady clock is set by the test. */
const observer = () => {
  let now = 0;
  const leases = openLeases({ ...diskWorld, now: () => now });
  return {
    holdingAt: (folder: string, milliseconds: number) => {
      now = milliseconds;
      return leases.holdingOf(folder);
    },
    takeLease: leases.takeLease,
  };
};

/** Rewrites the lease as if a process on another host had taken it. */
const moveAway = (folder: string): void => {
  const owner = JSON.parse(readFileSync(file(folder), 'utf8')) as object;
  writeFileSync(file(folder), JSON.stringify({ ...owner, host: 'another-host' }));
};

const age = (path: string, milliseconds: number): void => {
  const then = new Date(Date.now() - milliseconds);
  utimesSync(path, then, then);
};

describe('a lease', () => {
  it('is exclusive, and free again when given back', () => {
    const folder = freshFolder();
    const lease = leaseOf(folder);
    expect(lease.fence).toBe(1);
    expect(takeLease(folder)).toBeNull();
    expect(isOurs(lease)).toBe(true);
    releaseLease(lease);
    expect(readdirSync(folder)).toEqual([]);
    expect(isOurs(lease)).toBe(false);
    expect(takeLease(folder)).not.toBeNull();
  });

  it('of a living process is respected, and of one killed by SIGKILL is taken over with a higher number', async () => {
    const folder = freshFolder();
    const other = await holder(folder);
    expect(other.lease?.fence).toBe(1);
    expect(takeLease(folder)).toBeNull();
    await other.kill();
    const ours = leaseOf(folder);
    expect(ours.fence).toBe(2);
    expect(isOurs(present(other.lease, 'the lease of the other process'))).toBe(false);
    expect(readdirSync(folder)).toHaveLength(1);
  });

  it('goes to exactly one of several processes', async () => {
    const folder = freshFolder();
    const dead = await holder(folder);
    await dead.kill();
    const takers = await Promise.all([holder(folder), holder(folder), holder(folder)]);
    expect(takers.filter(({ lease }) => lease !== null)).toHaveLength(1);
    await Promise.all(takers.map(({ kill }) => kill()));
  });

  it('of another host lives by its heartbeat, as watched on a steady clock', () => {
    const folder = freshFolder();
    const { holdingAt, takeLease: take } = observer();
    takeLease(folder);
    moveAway(folder);
    // However old the file looks: clocks of two hosts may differ by hours, and jump.
    for (const jump of [0, -3_600_000, 86_400_000]) {
      age(file(folder), jump);
      expect(holdingAt(folder, 0).held).toBe(true);
    }
    expect(holdingAt(folder, leaseTimeout - 1).held).toBe(true);
    age(file(folder), 5);
    expect(holdingAt(folder, leaseTimeout + 1).held).toBe(true);
    expect(holdingAt(folder, 2 * leaseTimeout).held).toBe(true);
    const { held, fence } = holdingAt(folder, 2 * leaseTimeout + 1);
    expect(held).toBe(false);
    expect(takeLease(folder)).toBeNull();
    expect(take(folder)?.fence).toBe(2);
    expect(takeLease(folder, fence)).toBeNull();
  });

  it('of another container or of this host before a restart is not judged by process numbers', () => {
    const folder = freshFolder();
    takeLease(folder);
    const owner = JSON.parse(readFileSync(file(folder), 'utf8')) as object;
    writeFileSync(file(folder), JSON.stringify({ ...owner, space: 'another boot', pid: 2 ** 22 + 1 }));
    expect(holdingOf(folder).held).toBe(true);
  });

  it('heartbeats only while it is ours', () => {
    const folder = freshFolder();
    const lease = leaseOf(folder);
    age(file(folder), 60_000);
    heartbeat(lease);
    expect(Date.now() - statSync(file(folder)).mtimeMs).toBeLessThan(10_000);
    moveAway(folder);
    age(file(folder), 60_000);
    heartbeat(lease);
    expect(Date.now() - statSync(file(folder)).mtimeMs).toBeGreaterThan(50_000);
    rmSync(file(folder));
    expect(() => heartbeat(lease)).not.toThrow();
  });

  it('that was lost stays lost when numbers begin again in an emptied folder', () => {
    const folder = freshFolder();
    const late = leaseOf(folder);
    moveAway(folder);
    releaseLease(leaseOf(folder, late.fence));
    const fresh = leaseOf(folder);
    expect(fresh.fence).toBe(late.fence);
    expect(isOurs(late)).toBe(false);
    releaseLease(late);
    expect(isOurs(fresh)).toBe(true);
  });

  it('counts as held right after its file appeared, before its owner is written', () => {
    const folder = freshFolder();
    const { holdingAt } = observer();
    writeFileSync(join(folder, 'lease-000004.json'), '');
    expect(holdingAt(folder, 0).held).toBe(true);
    expect(takeLease(folder)).toBeNull();
    expect(holdingAt(folder, leaseTimeout + 1).held).toBe(false);
    expect(takeLease(folder, 4)?.fence).toBe(5);
  });

  it.each([
    'lease-000001 (1).json',
    'lease-000001.json~',
    'lease-1.json',
    'lease-0000001.json',
    'lease-000000.json',
    'lease-1e9.json',
    'lease-999999999999999999999.json',
    'lease-.json',
    'Lease-000001.json',
  ])('is not what a stray file %s says', (name) => {
    const folder = freshFolder();
    writeFileSync(join(folder, name), JSON.stringify(diskWorld.self()));
    expect(holdingOf(folder)).toEqual({ held: false, fence: 0, owner: null });
    const lease = leaseOf(folder);
    expect(isOurs(lease)).toBe(true);
    releaseLease(lease);
    expect(takeLease(folder)).not.toBeNull();
  });

  it.each<[string, (owner: ReturnType<typeof diskWorld.self>) => unknown]>([
    ['a number in words', (owner) => ({ ...owner, pid: String(owner.pid) })],
    ['a number that no process has', (owner) => ({ ...owner, pid: -1 })],
    ['no host', ({ host: _host, ...rest }) => rest],
    ['a list', () => []],
    ['nothing', () => null],
  ])('whose owner is %s is judged by its heartbeat, not for ever', (_what, change) => {
    const folder = freshFolder();
    const { holdingAt, takeLease: take } = observer();
    writeFileSync(join(folder, 'lease-000001.json'), JSON.stringify(change(diskWorld.self())));
    expect(holdingAt(folder, 0)).toEqual({ held: true, fence: 1, owner: null });
    expect(holdingAt(folder, leaseTimeout + 1).held).toBe(false);
    expect(take(folder)?.fence).toBe(2);
  });

  it('that is a folder or a pipe is taken over like any silent one', () => {
    for (const make of [(path: string) => mkdirSync(path), (path: string) => execFileSync('mkfifo', [path])]) {
      const folder = freshFolder();
      const { holdingAt, takeLease: take } = observer();
      make(join(folder, 'lease-000001.json'));
      expect(holdingAt(folder, 0).held).toBe(true);
      expect(holdingAt(folder, leaseTimeout + 1).held).toBe(false);
      expect(take(folder)?.fence).toBe(2);
      expect(readdirSync(folder)).toEqual(['lease-000002.json']);
    }
  });
});
