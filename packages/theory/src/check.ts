import type { Key } from '@lab/random';
import type { Citation } from '@lab/records';
import type { Material } from './real/material.ts';
import type { Panel } from './panel.ts';
import type { CheckRow } from './row.ts';

export type CheckBudget = 'smoke' | 'quick';

/** What a check may use. Randomness comes from `key` alone. */
export interface Context {
  readonly key: Key;
  /** The same for every check of a run, for what several of them look at. */
  readonly shared: Key;
  readonly budget: CheckBudget;
  /** A trained model and sentences; null where there are none. */
  readonly material: Material | null;
}

/**
 * What a check found, and what the same measurement says about a formula that is wrong on purpose.
 */
export interface CheckRows {
  readonly rows: readonly CheckRow[];
  readonly perturbed: readonly CheckRow[];
}

export const GROUPS = ['masks', 'sparsity', 'stability', 'ensemble', 'hiddenkey', 'heterolora', 'chains'] as const;

/** A statement of a paper as a prediction and a procedure that measures it. */
export interface Check {
  readonly name: string;
  readonly group: (typeof GROUPS)[number];
  readonly claim: string;
  readonly cite: Citation;
  /** The predicted number, in symbols. */
  readonly prediction: string;
  /** How the number is measured. */
  readonly procedure: string;
  /** Where the assumptions of the statement break. */
  readonly limits: string;
  /** What the wrong formula changes. */
  readonly perturbation: string;
  readonly needsMaterial: boolean;
  readonly run: (context: Context) => Promise<CheckRows>;
  /** Curves to draw from the rows. */
  readonly panels: (rows: readonly CheckRow[]) => readonly Panel[];
}

type Words = 'name' | 'group' | 'claim' | 'cite' | 'prediction' | 'procedure' | 'limits';

/** A check in parts: one measurement, judged by the formula and by a wrong one. */
interface CheckParts<Measured, Formula> extends Pick<Check, Words> {
  readonly needsMaterial?: boolean;
  readonly formula: Formula;
  readonly perturbed: { readonly change: string; readonly formula: Formula };
  readonly measure: (context: Context) => Measured | Promise<Measured>;
  readonly rows: (measured: Measured, formula: Formula) => readonly CheckRow[];
  readonly panels?: (rows: readonly CheckRow[]) => readonly Panel[];
}

/** Puts a check together; the measurement never sees the formula. */
export const check = <Measured, Formula>(parts: CheckParts<Measured, Formula>): Check => {
  const { formula, perturbed, measure, rows, panels = () => [], needsMaterial = false, ...words } = parts;
  return {
    ...words,
    perturbation: perturbed.change,
    needsMaterial,
    panels,
    run: async (context) => {
      const measured = await measure(context);
      return { rows: rows(measured, formula), perturbed: rows(measured, perturbed.formula) };
    },
  };
};

/** The size for this budget. */
export const pick = <T>({ budget }: Pick<Context, 'budget'>, sizes: { readonly [b in CheckBudget]: T }): T =>
  sizes[budget];

/** The material, for checks that need it. Throws where there is none. */
export const materialOf = ({ material }: Context): Material => {
  if (!material) throw new Error('this check needs a trained model and sentences');
  return material;
};
