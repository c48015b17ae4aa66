import { existsSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { openPeak } from '../src/run/memory.ts';

/** Gives memory that nobody holds any more back at once. */
const collect = (): void => {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
};

/** Takes memory, writes to it so that it is resident, and lets it go. */
const use = (bytes: number): number => Buffer.alloc(bytes, 1).length;

describe('peak memory', () => {
  it.runIf(existsSync('/proc/self/clear_refs'))('is that of the run, not of what the process did before', () => {
    const before = openPeak();
    use(2 ** 27);
    const much = before();
    expect(much).toBeGreaterThan(128);
    collect();
    const after = openPeak();
    use(2 ** 22);
    expect(after()).toBeLessThan(much);
  });
});
