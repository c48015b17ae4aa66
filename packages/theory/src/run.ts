import { fold, key } from '@lab/random';
import type { Budget, Check, Found } from './check.ts';
import type { Material } from './real/material.ts';

/** A check with what it found; `skipped` says why it was left out. */
export interface Result {
  readonly check: Check;
  readonly found: Found | null;
  readonly skipped: string | null;
  readonly seconds: number;
}

export interface RunOptions {
  readonly checks: readonly Check[];
  readonly seed: number;
  readonly budget: Budget;
  /** Without it, checks that need a trained model are skipped. */
  readonly material: Material | null;
  readonly onCheck?: (check: Check) => void;
}

/** Runs checks in order. Each draws from a key of its own name, so a check's rows do not depend on which others run. */
export const runChecks = async ({
  checks,
  seed,
  budget,
  material,
  onCheck,
}: RunOptions): Promise<readonly Result[]> => {
  const results: Result[] = [];
  const root = key(seed);
  for (const check of checks) {
    onCheck?.(check);
    const began = performance.now();
    const missing = check.needsMaterial && !material;
    const context = { key: fold(root, check.name), shared: fold(root, 'shared'), budget, material };
    const found = missing ? null : await check.run(context);
    const seconds = (performance.now() - began) / 1000;
    results.push({ check, found, skipped: missing ? 'needs a trained model and sentences' : null, seconds });
  }
  return results;
};
