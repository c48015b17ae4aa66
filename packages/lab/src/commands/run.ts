import { planExperiment } from '@lab/runner';
import { chosen } from '../experiments.ts';
import { told, writeReports, type Planned } from '../reports.ts';
import { conclude, trainAll, type Trained, type TrainOptions } from '../train.ts';

export interface PlanOptions {
  readonly out: string;
  readonly scale: string;
  readonly set: readonly string[];
  /** The model asked for, when it is not the experiment's own; `set` has it already. */
  readonly model?: string;
}

export type RunOptions = PlanOptions & TrainOptions & { readonly json: boolean };

/** Every experiment that was named, with its runs. */
export const plansOf = (names: readonly string[], { scale, set }: PlanOptions): readonly Planned[] =>
  chosen(names).map((experiment) => ({ experiment, runs: planExperiment(experiment, scale, set) }));

/** How a sweep went, as data. */
export const sweepData = ({ summary, stopped }: Trained) => {
  const { counts, reused, setAside, failures } = summary;
  const failed = failures.map(({ run: { id }, message }) => ({ id, message }));
  return { stopped, counts, reused, setAside, failed };
};

/** The same as text. */
export const sweepJson = (trained: Trained): string => JSON.stringify(sweepData(trained), null, 2);

/** `lab run`: trains what is missing, then writes the reports. */
export const run = async (names: readonly string[], options: RunOptions): Promise<void> => {
  const plans = plansOf(names, options);
  const trained = await trainAll(
    plans.flatMap(({ runs }) => runs),
    options,
  );
  process.exitCode = conclude(trained);
  if (options.json) console.log(sweepJson(trained));
  if (trained.stopped) return;
  const written = await writeReports(plans, options);
  if (!options.json) console.log(told(written));
};
