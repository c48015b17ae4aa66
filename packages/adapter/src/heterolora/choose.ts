import { permutation, type Key } from '@lab/random';

/** What a choice goes by. */
export interface Rule {
  /** Share of modules, or of parameters, that is kept. */
  readonly share: number;
  /** `modules`: a number of modules, as in the authors' code; `parameters`: as many as fit. */
  readonly count: 'modules' | 'parameters';
  /** `combined`: one ranking of LoRA branches and shortcuts; `separated`: one each. */
  readonly budget: 'combined' | 'separated';
}

/** A module as the choice sees it. */
export interface Candidate {
  readonly shortcut: boolean;
  readonly size: number;
  readonly score: number;
}

/** Candidates by falling score, equal scores in a random order. */
const ranked = (candidates: readonly Candidate[], key: Key): readonly (Candidate & { readonly index: number })[] => {
  const ties = permutation(key, candidates.length);
  const drawn = candidates.map((candidate, index) => ({ ...candidate, index, tie: ties[index] ?? index }));
  return drawn.sort((a, b) => b.score - a.score || a.tie - b.tie);
};

const total = (candidates: readonly Candidate[]): number => candidates.reduce((sum, { size }) => sum + size, 0);

/**
 * Number of modules kept: floor(share n) of the LoRA branches plus round(share m) of the shortcuts
 * (authors' code), at least one.
 */
export const modulesKept = (branches: number, shortcuts: number, share: number): number =>
  Math.max(1, Math.floor(share * branches) + Math.round(share * shortcuts));

/**
 * The most parameters that a choice may keep: those of the `modulesKept` largest modules, or share
 * x all, rounded down.
 */
export const budgetOf = (candidates: readonly Candidate[], { share, count, budget }: Rule): number => {
  const most = (group: readonly Candidate[]): number => {
    if (group.length === 0) return 0;
    if (count === 'parameters') return Math.floor(share * total(group));
    const branches = group.filter(({ shortcut }) => !shortcut).length;
    const kept = modulesKept(branches, group.length - branches, share);
    return total([...group].sort((a, b) => b.size - a.size).slice(0, kept));
  };
  if (budget === 'combined') return most(candidates);
  return most(candidates.filter((c) => !c.shortcut)) + most(candidates.filter((c) => c.shortcut));
};

/**
 * Which modules are on: the best scores up to the number of modules, or, for `parameters`, down the
 * ranking every module that still fits. Ties are broken by `key`.
 */
export const keepBest = (candidates: readonly Candidate[], rule: Rule, key: Key): readonly boolean[] => {
  const order = ranked(candidates, key);
  const on = candidates.map(() => false);
  const groups =
    rule.budget === 'combined'
      ? [order]
      : [order.filter(({ shortcut }) => !shortcut), order.filter(({ shortcut }) => shortcut)];
  for (const group of groups) {
    if (rule.count === 'modules') {
      const branches = group.filter(({ shortcut }) => !shortcut).length;
      const kept = group.length === 0 ? 0 : modulesKept(branches, group.length - branches, rule.share);
      for (const { index } of group.slice(0, kept)) on[index] = true;
      continue;
    }
    let room = Math.floor(rule.share * total(group));
    for (const { index, size } of group) {
      if (size > room) continue;
      on[index] = true;
      room -= size;
    }
  }
  return on;
};
