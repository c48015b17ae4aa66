import { needsOf, needsTable, storedStudy, toTerminal, wholeSequences } from '@lab/report';
import { BadInput } from '@lab/records';
import { notePilots, scaleOf } from '@lab/runner';
import { plansOf, type PlanOptions } from '../compose/plan/experiments.ts';
import { holdsText } from '../compose/plan/folder.ts';
import { protocolOf } from '../compose/train/protocol.ts';
import { printJson } from '../terminal/print.ts';

export interface PowerOptions extends PlanOptions {
  /** Seeds that the test sentences are planned for; left out: those of the scale. */
  readonly seeds?: number;
  readonly json: boolean;
}

/** Fewest seeds that a verdict can rest on. */
const fewest = 6;

/**
 * `lab power`: from the runs that are done, taken as pilots, the seeds, test sentences and
 * core-hours that every claim needs, and which claims cannot be decided with the data there is. The
 * pilots' seeds are noted: `lab register` refuses them. Throws `BadInput` for registered runs,
 * which decide and so are no pilots.
 */
export const power = (names: readonly string[], options: PowerOptions): void => {
  const all = plansOf(names, options).map((plan) => {
    const { experiment, runs } = plan;
    const { name, title, question, report } = experiment;
    if (protocolOf(plan, options))
      throw new BadInput(`${name}: these runs are registered, so they decide; plan from pilots with other seeds`);
    const study = storedStudy({ name, title, question, holds: holdsText(options) }, runs, options.out);
    const seeds = options.seeds ?? Math.max(fewest, scaleOf(experiment, options.scale).seeds.length);
    const pilots = study.cells.map(({ record }) => record.config.seed);
    if (pilots.length > 0) notePilots(options.out, name, pilots);
    const cells = wholeSequences(study.cells, study.sequences);
    return { title, cells, needs: needsOf(cells, report.claims, seeds), name };
  });
  if (options.json) {
    printJson(
      all.map(({ name, needs }) => ({
        experiment: name,
        claims: needs.map(({ claim, ...need }) => ({ claim: claim.id, ...need })),
      })),
    );
    return;
  }
  for (const { title, cells, needs } of all) console.log(toTerminal(needsTable(title, cells, needs)));
};
