import { needsOf, needsTable, storedStudy, toTerminal } from '@lab/report';
import { plansOf, type PlanOptions } from '../compose/experiments.ts';
import { holdsText } from '../compose/folder.ts';
import { printJson } from '../terminal/print.ts';

/**
 * `lab power`: from the runs that are done, taken as pilots, the seeds and core-hours that every
 * claim needs, and which claims cannot be decided with the data there is.
 */
export const power = (names: readonly string[], options: PlanOptions & { readonly json: boolean }): void => {
  const all = plansOf(names, options).map(({ experiment, runs }) => {
    const { name, title, question, report } = experiment;
    const study = storedStudy({ name, title, question, holds: holdsText(options) }, runs, options.out);
    return { title, cells: study.cells, needs: needsOf(study.cells, report.claims), name };
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
