import { fold, key } from '@lab/random';
import type { CheckBudget, Check, CheckRows } from './check.ts';
import type { Material } from './real/material.ts';

/** A check with what it found; `skipped` says why it was left out. */
export interface CheckResult {
  readonly check: Check;
  readonly found: CheckRows | null;
  readonly skipped: string | null;
  /** Processor time, which does not grow when other programs run. */
  readonly seconds: number;
}

export interface CheckRunOptions {
  readonly checks: readonly Check[];
  readonly seed: number;
  readonly budget: CheckBudget;
  /** Without it, checks that need a trained model are skipped. */
  readonly material: Material | null;
  readonly onResult?: (result: CheckResult) => void;
}

/**
 * Runs checks in order. Each draws from a key of its own name, so a check's rows do not depend on
 * which others run.
 */
export const runChecks = async ({
  checks,
  seed,
  budget,
  material,
  onResult,
}: CheckRunOptions): Promise<readonly CheckResult[]> => {
  const results: CheckResult[] = [];
  const root = key(seed);
  // One object: what several checks look at is remembered by it.
  const shared = fold(root, 'shared');
  for (const check of checks) {
    const began = process.cpuUsage();
    const missing = check.needsMaterial && !material;
    const context = { key: fold(root, check.name), shared, budget, material };
    const found = missing ? null : await check.run(context);
    const { user, system } = process.cpuUsage(began);
    const seconds = (user + system) / 1e6;
    const result = { check, found, skipped: missing ? 'needs a trained model and sentences' : null, seconds };
    onResult?.(result);
    results.push(result);
  }
  return results;
};
