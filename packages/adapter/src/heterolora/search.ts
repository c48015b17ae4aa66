import { fold } from '@lab/random';
import type { ModuleSearch } from '../adapter.ts';
import type { HostParams } from '../host-params.ts';
import { budgetOf, keepBest, type Rule } from './choose.ts';
import { sizeOfModule, type Module } from './modules.ts';
import { emptiness, moduleScores, SWITCHES, type ZeroCostProxy } from './proxies.ts';

export interface SearchPlan extends Pick<ModuleSearch, 'batches' | 'scoring' | 'flow'> {
  readonly modules: readonly Module[];
  readonly r: number;
  readonly rule: Rule;
  readonly proxy: ZeroCostProxy;
  readonly mode: 'static' | 'dynamic';
  /** Share of an epoch between two choices. */
  readonly every: number;
  readonly tolerance: number;
}

/** The switches of an allocation. */
const switches = (on: readonly boolean[]) => ({
  dtype: 'float32' as const,
  shape: [on.length],
  data: Float32Array.from(on, Number),
});

/**
 * HeteroLoRA's search: all modules on, scores on the scoring batches, the best on and the others
 * off. Static: once before training; dynamic: again every `every` epochs. Throws where an
 * allocation is larger than its budget.
 */
export const heteroSearch = ({
  modules,
  r,
  rule,
  proxy,
  mode,
  every,
  tolerance,
  ...given
}: SearchPlan): ModuleSearch => ({
  ...given,
  due: ({ step, perEpoch }) =>
    step === 0 || (mode === 'dynamic' && step % Math.max(1, Math.round(every * perEpoch)) === 0),
  choose: async (probe, params, key) => {
    const all: HostParams = { ...params, [SWITCHES]: switches(modules.map(() => true)) };
    const scores = await moduleScores(proxy, modules, all, probe, tolerance);
    const warning = emptiness(proxy, scores);
    const candidates = modules.map((module, i) => {
      const score = scores[i] ?? NaN;
      return {
        name: module.path,
        shortcut: module.kind !== 'lora',
        size: sizeOfModule(module, r),
        score: Number.isFinite(score) ? score : 0,
      };
    });
    const on = keepBest(candidates, rule, fold(key, 'ties'));
    const parameters = candidates.reduce((sum, { size }, i) => sum + (on[i] ? size : 0), 0);
    const budget = budgetOf(candidates, rule);
    if (parameters > budget)
      throw new Error(`heterolora: ${parameters} parameters are on, more than the budget of ${budget}`);
    return {
      changed: { [SWITCHES]: switches(on) },
      chosen: {
        proxy,
        modules: candidates.map(({ name, score }, i) => ({ name, score, on: on[i] === true })),
        parameters,
        budget,
        ...(warning === null ? {} : { warning }),
      },
    };
  },
});
