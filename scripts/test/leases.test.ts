import { openLeases } from '@lab/records';
import { describe, expect, it } from 'vitest';
import { explore } from '../checks/leases/explore.ts';
import { MUTANTS, openMutant } from '../checks/leases/mutants.ts';

describe('the lease protocol, in random histories of processes, stops, crashes and clocks', () => {
  it('never lets two owners write, changes no finished run, and leaves no state without a way on', () => {
    const { walks, distinct, violations } = explore({
      openLeases,
      seed: 1,
      lateWrites: false,
      until: (count) => count >= 4_000,
    });
    expect(violations).toEqual({});
    expect(walks).toBe(4_000);
    expect(distinct).toBeGreaterThan(3_900);
  }, 120_000);

  it.each(MUTANTS)(
    'is not the protocol that $name',
    (mutant) => {
      const { violations } = explore({
        openLeases: openMutant(mutant),
        seed: 1,
        lateWrites: false,
        until: (count, bad) => bad > 0 || count >= 20_000,
      });
      expect(Object.keys(violations)).not.toEqual([]);
    },
    120_000,
  );

  it('cannot help a writer that stops between its last look and its write', () => {
    const { violations } = explore({
      openLeases,
      seed: 1,
      lateWrites: true,
      until: (count) => count >= 2_000,
    });
    expect(Object.keys(violations)).toContain('two owners wrote');
  }, 120_000);
});
