import { plansOf, type PlanOptions } from '../compose/plan/experiments.ts';
import { registerExperiment } from '../compose/train/protocol.ts';
import { printJson } from '../terminal/print.ts';

export interface RegisterOptions extends PlanOptions {
  /** Numbers of seeds at which verdicts may fall; left out: at the end. */
  readonly looks?: readonly number[];
  readonly json: boolean;
}

/** `lab register`: freezes runs, claims, margins and looks before the runs, with a checksum. */
export const register = (names: readonly string[], options: RegisterOptions): void => {
  const looks = options.looks ? { seeds: [...options.looks], spending: 'obrien-fleming' as const } : null;
  const all = plansOf(names, options).map((plan) => registerExperiment(plan, { ...options, looks }));
  if (options.json) return printJson(all);
  for (const { experiment, name, sha256, claims, runs, finishedBefore } of all) {
    const when =
      finishedBefore.length === 0
        ? 'before the first result'
        : `after ${finishedBefore.length} of ${runs.length} runs were finished`;
    console.log(
      `${experiment} ${name}: ${claims.length} claims, ${runs.length} runs registered ${when}; sha256 ${sha256}`,
    );
  }
};
