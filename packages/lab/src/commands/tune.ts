import { toTerminal, tuningTables } from '@lab/report';
import { experimentsNamed, type PlanOptions } from '../compose/plan/experiments.ts';
import { tuneExperiment } from '../compose/train/tuning.ts';
import type { TrainOptions } from '../compose/train/train.ts';
import { printJson } from '../terminal/print.ts';

export type TuneOptions = PlanOptions & TrainOptions & { readonly finish: boolean; readonly json: boolean };

/**
 * `lab tune`: searches every arm's settings on validation under equal budgets; `lab run --tuned`
 * then confirms.
 */
export const tune = async (names: readonly string[], options: TuneOptions): Promise<void> => {
  const all = [];
  for (const experiment of experimentsNamed(names)) {
    const { tuning, file, replay } = await tuneExperiment(experiment, options);
    if (tuning === null) {
      process.exitCode = 130;
      return;
    }
    all.push({ file, tuning, replay });
    if (options.json) continue;
    const arms = tuning.arms.map(({ labels, ...arm }) => ({
      ...arm,
      name: Object.values(labels).join(', ') || experiment.name,
    }));
    for (const table of tuningTables(experiment.title, arms)) console.log(toTerminal(table));
    if (replay) {
      const [saved, missed] = [replay.saved, replay.missed].map((v) => `${(100 * v).toFixed(1)} %`);
      console.log(
        `Halving, replayed on ${replay.replays} random halves of the trials: saves ${saved} of the epochs and misses ` +
          `the trial with the lowest last loss in ${missed}, at a mean excess of ${replay.regret.toFixed(4)}.`,
      );
    }
    console.log(
      `Search: ${file}. Confirm with fresh seeds: ` +
        `lab run ${experiment.file?.path ?? experiment.name} --scale ${options.scale} --tuned`,
    );
  }
  if (options.json) printJson(all);
};
