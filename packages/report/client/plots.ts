import type { Spec, View } from 'vega';
import { byId, make, whenNear } from './dom.ts';
import { onTheme, themed } from './theme.ts';

/** Vega's own browser build stands before this script in the page. */
declare const vega: typeof import('vega');

const hideTooltip = (): void => {
  byId('tooltip').hidden = true;
};

const showTooltip = (_handler: unknown, event: MouseEvent, _item: unknown, value: unknown): void => {
  if (value === null || value === undefined || value === '') return hideTooltip();
  const tooltip = byId('tooltip');
  const lines = typeof value === 'object' ? Object.entries(value).map(([k, v]) => `${k}: ${v}`) : [String(value)];
  tooltip.replaceChildren(...lines.map((line) => make('div', {}, line)));
  tooltip.hidden = false;
  const { clientWidth } = document.documentElement;
  tooltip.style.left = `${Math.min(event.pageX + 12, window.scrollX + clientWidth - tooltip.offsetWidth - 8)}px`;
  tooltip.style.top = `${event.pageY + 14}px`;
};

/** A place on the page where plots are drawn, one after another. */
export interface Plot {
  readonly host: HTMLElement;
  /** Draws a plot in place of the last one. `start` sets data and listeners before it is drawn. */
  readonly show: (spec: Spec, start?: (view: View) => void) => Promise<View>;
  /** The plot that is shown; null before the first. */
  readonly view: () => View | null;
  readonly clear: () => void;
}

/** A place for plots inside an element. Canvas for many marks, SVG for figures. */
export const openPlot = (host: HTMLElement, renderer: 'svg' | 'canvas'): Plot => {
  let shown: View | null = null;
  const clear = (): void => {
    shown?.finalize();
    shown = null;
    host.querySelector('.live')?.remove();
    delete host.dataset.live;
  };
  return {
    host,
    clear,
    view: () => shown,
    show: async (spec, start) => {
      const view = new vega.View(vega.parse(themed(spec)), { renderer, hover: true, logLevel: vega.Error });
      const live = make('div', { class: 'live', 'aria-hidden': 'true' });
      shown?.finalize();
      shown = view;
      start?.(view);
      await view.tooltip(showTooltip).initialize(live).runAsync();
      if (shown !== view) return view;
      host.querySelector('.live')?.remove();
      host.append(live);
      host.dataset.live = 'yes';
      return view;
    },
  };
};

/** Rows of a plot's data in place of those it has; drawn at once. */
export const setRows = async (view: View, rows: { readonly [name: string]: readonly object[] }): Promise<void> => {
  for (const [name, values] of Object.entries(rows)) view.data(name, [...values]);
  await view.runAsync();
};

/** Draws the report's figures as they come near the screen, and again when the theme changes. */
export const startFigures = (figures: { readonly [id: string]: Spec }): void => {
  for (const host of document.querySelectorAll<HTMLElement>('.plot[data-figure]')) {
    const spec = figures[host.dataset.figure ?? ''];
    if (!spec) continue;
    const plot = openPlot(host, 'svg');
    whenNear(host, () => void plot.show(spec));
    onTheme(() => {
      if (plot.view()) void plot.show(spec);
    });
  }
  window.addEventListener('scroll', hideTooltip, { passive: true });
};
