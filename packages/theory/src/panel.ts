import type { CheckRow } from './row.ts';

/** One point of a curve; `low` and `high` span two standard errors each way. */
export interface PanelPoint {
  readonly series: string;
  readonly x: number;
  readonly y: number;
  readonly low: number;
  readonly high: number;
  /** Predictions are drawn as lines, measurements as points. */
  readonly role: 'predicted' | 'measured';
}

/** One plot, as plain data. */
export interface Panel {
  readonly title: string;
  readonly x: { readonly title: string; readonly log: boolean };
  readonly y: { readonly title: string; readonly log: boolean };
  readonly points: readonly PanelPoint[];
}

interface Curve {
  readonly title: string;
  /** Axis of `at` that lies along x. */
  readonly axis: string;
  readonly xTitle: string;
  readonly yTitle: string;
  readonly logX?: boolean;
  readonly logY?: boolean;
  /** Series of a row; undefined leaves it out. */
  readonly series: (row: CheckRow) => string | undefined;
  /** Whether the prediction is drawn too; default true. */
  readonly predicted?: boolean;
}

const visible = ({ logX = false, logY = false }: Curve, { x, y }: PanelPoint): boolean =>
  Number.isFinite(x) && Number.isFinite(y) && (!logX || x > 0) && (!logY || y > 0);

/**
 * A plot of rows over one axis of where they were taken. Points that a logarithmic axis cannot show
 * are left out.
 */
export const panelOf = (rows: readonly CheckRow[], spec: Curve): Panel => {
  const { title, axis, xTitle, yTitle, logX = false, logY = false, series, predicted = true } = spec;
  const points = rows.flatMap((row): PanelPoint[] => {
    const name = series(row);
    const x = row.at[axis];
    if (name === undefined || typeof x !== 'number') return [];
    const { measured, standardError: se } = row;
    const floor = logY ? Math.abs(measured) / 1e3 : -Infinity;
    const span = { low: Math.max(measured - 2 * se, floor), high: measured + 2 * se };
    const seen: PanelPoint = { series: name, x, y: measured, ...span, role: 'measured' };
    if (!predicted || row.predicted === null) return [seen];
    const { predicted: y } = row;
    return [{ series: name, x, y, low: y, high: y, role: 'predicted' }, seen];
  });
  return {
    title,
    x: { title: xTitle, log: logX },
    y: { title: yTitle, log: logY },
    points: points.filter((point) => visible(spec, point)),
  };
};

/** A row's quantity as its series, for rows whose quantity is one of these. */
export const oneOf =
  (...quantities: readonly string[]) =>
  ({ quantity }: CheckRow): string | undefined =>
    quantities.includes(quantity) ? quantity : undefined;
