import { panelOf, type Panel } from '../panel.ts';
import type { CheckRow } from '../row.ts';

/** What is held while one setting of a problem is moved. */
const axes = [
  { axis: 'p', xTitle: 'dropout rate p', logX: false, held: { lambda: 0.1, n: 80 } },
  { axis: 'lambda', xTitle: 'λ', logX: true, held: { p: 0.3, n: 80 } },
  { axis: 'n', xTitle: 'examples n', logX: true, held: { p: 0.3, lambda: 0.1 } },
] as const;

/** One quantity and its bound over the rate, the penalty and the number of examples, by loss. */
export const panelsBySetting = (
  rows: readonly CheckRow[],
  drawn: string,
  { title, yTitle }: { readonly title: (xTitle: string) => string; readonly yTitle: string },
): readonly Panel[] =>
  axes.map(({ axis, xTitle, logX, held }) =>
    panelOf(rows, {
      title: title(xTitle),
      axis,
      xTitle,
      yTitle,
      logX,
      logY: true,
      series: ({ quantity, at }) =>
        quantity === drawn && Object.entries(held).every(([name, value]) => at[name] === value)
          ? `${String(at.loss)} LoRA`
          : undefined,
    }),
  );
