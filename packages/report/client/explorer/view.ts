import { make } from '../dom.ts';

/** A part of the explorer that is drawn only while it is near the screen. */
export interface ExplorerView {
  readonly element: HTMLElement;
  /** Says that what is shown is no longer true; drawn at once if it is near, else when it comes. */
  readonly refresh: () => void;
  /** The same, with nothing kept of the last drawing: the theme or the width has changed. */
  readonly redraw: () => void;
}

/** A titled part of the explorer. `render` is called when its content has to change. */
export const explorerView = (
  title: string,
  { id, children, render }: { readonly id: string; readonly children: readonly Node[]; readonly render: () => void },
): Omit<ExplorerView, 'redraw'> => {
  const element = make('section', { class: 'view', id }, make('h4', {}, title), ...children);
  let isStale = true;
  let isNear = false;
  const renderIfNeeded = () => {
    if (!isStale || !isNear) return;
    isStale = false;
    render();
  };
  new IntersectionObserver(
    (entries) => {
      isNear = entries.at(-1)?.isIntersecting ?? false;
      renderIfNeeded();
    },
    { rootMargin: '200px' },
  ).observe(element);
  return {
    element,
    refresh: () => {
      isStale = true;
      renderIfNeeded();
    },
  };
};

/** Width that a plot may have inside an element, in CSS pixels. */
export const plotWidth = (element: HTMLElement): number => Math.max(260, Math.min(1100, element.clientWidth - 8));
