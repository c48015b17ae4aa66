import type { TopLevelSpec } from 'vega-lite';
import { config } from './parts/theme.ts';

export type FigureRow = Readonly<Record<string, string | number | boolean | null>>;

/**
 * A piece of a vega-lite specification. Vega-lite's own types are unions too wide to build in
 * parts; `compile` checks the whole.
 */
export type Part = Readonly<Record<string, unknown>>;

/** A figure before drawing. */
export interface Figure {
  /** As its specification says: forest, sweep, … */
  readonly kind: string;
  readonly name: string;
  readonly title: string;
  readonly caption: string;
  readonly spec: TopLevelSpec;
  /** The plotted numbers, printed units: the figure's own table for those who cannot see it. */
  readonly rows: readonly FigureRow[];
}

/** A figure without its kind, as its builder makes it. */
export type FigureParts = Omit<Figure, 'kind'>;

/**
 * Panels one below the other, in the house style. `description` is what a screen reader says first.
 */
export const stack = (panels: readonly Part[], description: string): TopLevelSpec =>
  ({
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    description,
    config,
    ...(panels.length === 1 ? panels[0] : { spacing: 12, vconcat: panels }),
  }) as unknown as TopLevelSpec;

/** Panels in rows of `columns`, in the house style. */
export const withAlso = (panels: readonly Part[], columns: number, description: string): TopLevelSpec =>
  stack([{ spacing: 14, columns, concat: panels }], description);
