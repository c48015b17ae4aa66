import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fold, key, permutation } from '@lab/random';
import { readRecord } from '@lab/records';
import { plansOf, type PlanOptions, type Planned } from '../compose/plan/experiments.ts';
import { checkedAgainstProtocol } from '../compose/train/protocol.ts';
import { trainAll, type TrainOptions } from '../compose/train/train.ts';
import { printJson } from '../terminal/print.ts';

export interface VerifyOptions extends PlanOptions, TrainOptions {
  /** Share of the stored runs that is trained again, 0 to 1. */
  readonly retrain: number;
  readonly json: boolean;
}

const evaluationsIn = (out: string, id: string): string =>
  JSON.stringify(readRecord(out, id)?.result.evaluations ?? null);

/**
 * Trains a share of an experiment's runs again, drawn from a fixed key, and names those that
 * differ.
 */
const trainedAgain = async ({ runs }: Planned, options: VerifyOptions): Promise<readonly string[]> => {
  const count = Math.ceil(runs.length * options.retrain);
  const chosen = [...permutation(fold(key(0), 'verify'), runs.length)].slice(0, count).flatMap((i) => runs[i] ?? []);
  if (chosen.length === 0) return [];
  const out = mkdtempSync(join(tmpdir(), 'lab-verify-'));
  try {
    await trainAll(chosen, { ...options, out });
    return chosen.flatMap(({ id, seed }) =>
      evaluationsIn(out, id) === evaluationsIn(options.out, id)
        ? []
        : [`run ${id} (seed ${seed}): trained again it gives other scores`],
    );
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
};

/**
 * `lab verify`: stored runs and today's claims against the registered protocol; exit code 1 where
 * they differ.
 */
export const verify = async (names: readonly string[], options: VerifyOptions): Promise<void> => {
  const all = [];
  for (const plan of plansOf(names, options)) {
    const { protocol, problems } = checkedAgainstProtocol(plan, options);
    const again = await trainedAgain(plan, options);
    all.push({ experiment: plan.experiment.name, sha256: protocol.sha256, problems: [...problems, ...again] });
  }
  if (all.some(({ problems }) => problems.length > 0)) process.exitCode = 1;
  if (options.json) return printJson(all);
  for (const { experiment, sha256, problems } of all) {
    console.log(
      `${experiment}, protocol ${sha256}: ${problems.length === 0 ? 'as registered' : `${problems.length} deviations`}`,
    );
    for (const problem of problems) console.log(`  ${problem}`);
  }
};
