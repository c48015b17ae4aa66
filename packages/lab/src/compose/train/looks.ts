import { isDone } from '@lab/records';
import { storedStudy, undecidedRuns, wholeSequences } from '@lab/report';
import type { ExperimentRun, Protocol } from '@lab/runner';
import type { Planned } from '../plan/experiments.ts';
import { trainAll, type TrainedRuns, type TrainOptions } from './train.ts';

type LookSeeds = NonNullable<Protocol['looks']>;

/** The stages of a sequence are one arm. */
const armText = ({ labels: { stage: _stage, ...rest } }: Pick<ExperimentRun, 'labels'>): string => JSON.stringify(rest);

/**
 * Runs that the looks of an experiment ask for, as far as finished runs can say: at every look as
 * many seeds as it has, of the arms that an undecided claim uses. Ends at the first look that is
 * not all there, where every claim is decided, or at the last.
 */
export const runsByLooks = (
  { experiment, runs }: Omit<Planned, 'asked'>,
  looks: LookSeeds,
  out: string,
): readonly ExperimentRun[] => {
  const { name, title, question, report } = experiment;
  const seeds = [...new Set(runs.map(({ seed }) => seed))].sort((a, b) => a - b);
  const asked = new Map<string, ExperimentRun>();
  let arms: ReadonlySet<string> | null = null;
  for (const count of looks.seeds) {
    const now = new Set(seeds.slice(0, count));
    for (const run of runs) if (now.has(run.seed) && (arms === null || arms.has(armText(run)))) asked.set(run.id, run);
    if (![...asked.keys()].every((id) => isDone(out, id))) break;
    const seen = runs.filter(({ seed }) => now.has(seed));
    const { cells, sequences } = storedStudy({ name, title, question }, seen, out);
    const open = undecidedRuns(wholeSequences(cells, sequences), report.claims, looks);
    if (open === null) break;
    arms = new Set(seen.filter(({ id }) => open.has(id)).map(armText));
  }
  return [...asked.values()];
};

/** Trains an experiment look by look, until its looks ask for nothing more or it is stopped. */
export const trainByLooks = async (
  plan: Planned,
  looks: LookSeeds,
  options: TrainOptions,
): Promise<readonly TrainedRuns[]> => {
  const trained: TrainedRuns[] = [];
  const missing = (asked: readonly ExperimentRun[]) => asked.filter(({ id }) => !isDone(options.out, id));
  for (;;) {
    const asked = runsByLooks(plan, looks, options.out);
    if (missing(asked).length === 0) return trained;
    const end = await trainAll(asked, options);
    trained.push(end);
    if (end.stopped || missing(asked).length > 0) return trained;
  }
};
