import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const powercap = '/sys/class/powercap';

interface Zone {
  readonly read: () => number;
  /** Where the counter begins again at zero. */
  readonly range: number;
}

const number = (path: string): number => Number(readFileSync(path, 'utf8'));

/**
 * The processor packages' energy counters (RAPL) below a folder; none where there are none or only
 * root may read them.
 */
const zonesOf = (folder: string): readonly Zone[] => {
  try {
    return readdirSync(folder)
      .filter((name) => /^intel-rapl:\d+$/.test(name))
      .map((name) => {
        const read = () => number(join(folder, name, 'energy_uj'));
        read();
        return { read, range: number(join(folder, name, 'max_energy_range_uj')) };
      });
  } catch {
    return [];
  }
};

/**
 * Starts an energy meter; the returned function gives the joules since then, or null where nothing
 * can be read. The counters are the whole package's: whatever else runs is in them. A counter that
 * began again once is corrected.
 */
export const openEnergy = (folder = powercap): (() => number | null) => {
  const zones = zonesOf(folder);
  const before = zones.map(({ read }) => read());
  return () => {
    if (zones.length === 0) return null;
    const spent = zones.map(({ read, range }, i) => {
      const change = read() - before[i]!;
      return change < 0 ? change + range : change;
    });
    return spent.reduce((a, b) => a + b, 0) / 1e6;
  };
};
