import { storedStudy, undecidedRuns } from '@lab/report';
import type { ExperimentRun, Protocol } from '@lab/runner';
import type { Planned, PlanOptions } from './experiments.ts';
import { registrationIn } from './protocol.ts';
import { trainAll, type TrainedRuns, type TrainOptions } from './train.ts';

type LookSeeds = NonNullable<Protocol['looks']>;

const armText = ({ labels }: Pick<ExperimentRun, 'labels'>): string => JSON.stringify(labels);

/** The registered looks of an experiment, or null. */
export const looksOf = (plan: Planned, options: PlanOptions): LookSeeds | null =>
  registrationIn(plan, options)?.looks ?? null;

/**
 * Trains an experiment look by look: as many seeds as the next look has, of the arms that an
 * undecided claim uses. Ends when every claim is decided, at the last look, or when it is stopped.
 */
export const trainByLooks = async (
  { experiment, runs }: Planned,
  looks: LookSeeds,
  options: PlanOptions & TrainOptions,
): Promise<readonly TrainedRuns[]> => {
  const seeds = [...new Set(runs.map(({ seed }) => seed))];
  const trained: TrainedRuns[] = [];
  let arms: ReadonlySet<string> | null = null;
  for (const count of looks.seeds) {
    const now = new Set(seeds.slice(0, count));
    const wanted = runs.filter((run) => now.has(run.seed) && (arms === null || arms.has(armText(run))));
    const end = await trainAll(wanted, options);
    trained.push(end);
    if (end.stopped) break;
    const { name, title, question, report } = experiment;
    const seen = runs.filter(({ seed }) => now.has(seed));
    const { cells } = storedStudy({ name, title, question }, seen, options.out);
    const open = undecidedRuns(cells, report.claims, looks);
    if (open === null) break;
    arms = new Set(seen.filter(({ id }) => open.has(id)).map(armText));
  }
  return trained;
};
