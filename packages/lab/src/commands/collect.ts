import { mendRun, openRun, releaseLease, stateOf, takeLease, type RunState } from '@lab/records';
import { plansOf, runsIn, type PlanOptions } from '../compose/plan/experiments.ts';
import { reportsText, writeReports } from '../compose/show/reports.ts';
import { printJson } from '../terminal/print.ts';

/**
 * Compares a finished run with its checksums; a damaged one is set aside. Returns the damaged file.
 */
const checked = (out: string, id: string): string | null => {
  const state = stateOf(out, id);
  if (state !== 'done' && state !== 'diverged' && state !== 'damaged') return null;
  const lease = takeLease(openRun(out, id));
  if (!lease) return null;
  try {
    return mendRun(lease).damaged;
  } finally {
    releaseLease(lease);
  }
};

/**
 * `lab collect`: after workers have ended, compares every finished run with its checksums, counts
 * what is there, and writes the reports. Exit code 1 while runs are missing.
 */
export const collect = async (
  names: readonly string[],
  options: PlanOptions & { readonly json: boolean },
): Promise<void> => {
  const plans = plansOf(names, options);
  const ids = [...new Set(runsIn(plans).map(({ id }) => id))];
  const setAside = ids.map((id) => checked(options.out, id)).filter((file) => file !== null);
  const counts: Partial<Record<RunState, number>> = {};
  for (const id of ids) {
    const state = stateOf(options.out, id);
    counts[state] = (counts[state] ?? 0) + 1;
  }
  const finished = (counts.done ?? 0) + (counts.diverged ?? 0);
  for (const file of setAside) console.error(`Set aside, because it differs from what was written: ${file}`);
  if (!options.json)
    console.log(
      Object.entries(counts)
        .map(([state, n]) => `${n} ${state}`)
        .join(', '),
    );
  const written = finished > 0 ? await writeReports(plans, options) : null;
  if (options.json) printJson({ runs: ids.length, counts, setAside, index: written?.index ?? null });
  else if (written) console.log(reportsText(written));
  if (finished < ids.length) process.exitCode = 1;
};
