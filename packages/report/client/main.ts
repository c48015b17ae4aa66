import type { Spec } from 'vega';
import type { ExplorerData } from '../src/explorer/data.ts';
import { byId, startScrollCues } from './dom.ts';
import { startDownloads, type TableFiles } from './downloads.ts';
import { startExplorer } from './explorer/explorer.ts';
import { startFigures } from './plots.ts';
import { startTables } from './tables.ts';
import { startTheme } from './theme.ts';

/** What the page holds beside its text. */
interface PageData {
  readonly figures: { readonly [id: string]: Spec };
  readonly tables: { readonly [id: string]: TableFiles };
  readonly explorers: { readonly [report: string]: ExplorerData };
}

const data: PageData = JSON.parse(byId('data').textContent ?? '{}');

startTheme(byId('theme'));
startFigures(data.figures);
startTables();
startDownloads(data.tables);
startScrollCues();
for (const section of document.querySelectorAll<HTMLElement>('[data-explorer]')) {
  const name = section.dataset.explorer ?? '';
  const own = data.explorers[name];
  if (own) startExplorer(section, name, own);
}
// What is folded on a screen is printed.
window.addEventListener('beforeprint', () =>
  document.querySelectorAll<HTMLDetailsElement>('details.more').forEach((folded) => (folded.open = true)),
);
