import { curveLines, curvesSpec } from '../../src/explorer/specs/curves.ts';
import { button, make, scrollBox, headedTable } from '../dom.ts';
import { plotDownloads } from '../downloads.ts';
import { openPlot } from '../plots.ts';
import { againCommand, ownSettings, resultFacts, type RunFact } from './run-facts.ts';
import type { Explorer } from './store.ts';
import { explorerView, plotWidth, type ExplorerView } from './view.ts';

const sides = ['A', 'B'] as const;

/** Facts of both runs, one line for each name; a mark where they differ. */
const beside = (a: readonly RunFact[], b: readonly RunFact[]): readonly (readonly string[])[] => {
  const names = [...new Set([...a, ...b].map(([name]) => name))];
  const find = (facts: readonly RunFact[], name: string) => facts.find(([own]) => own === name)?.[1] ?? '';
  return names.map((name) => {
    const [one, other] = [find(a, name), find(b, name)];
    return [name, one, other, one === other ? '' : 'differs'];
  });
};

/** Two runs side by side: curves, results, settings, and what differs. */
export const pairView = (explorer: Explorer): ExplorerView => {
  const { runs } = explorer.data;
  const host = make('div', { class: 'plot', role: 'img', 'aria-label': 'Curves of both runs' });
  const plot = openPlot(host, 'svg');
  const head = make('p', { class: 'tools' });
  const tables = make('div');
  const render = () => {
    const pair = explorer.pair();
    head.replaceChildren(
      ...sides.flatMap((side, i): readonly (Node | string)[] => {
        const run = pair[i];
        if (run === null || run === undefined) return [`${side}: none. `];
        const drop = button('×', () => explorer.setPair(i === 0 ? 0 : 1, null), { 'aria-label': `Take away ${side}` });
        return [make('strong', {}, `${side}: `), `${explorer.label(run)} `, drop, ' '];
      }),
    );
    const chosen = pair.flatMap((run, i) => (run === null ? [] : [{ run, side: sides[i] ?? '' }]));
    const lines = curveLines(chosen.map(({ run, side }) => ({ name: `${side} `, rows: runs.curves[run] ?? [] })));
    if (lines.length > 0) void plot.show(curvesSpec(lines, Math.min(640, plotWidth(host))));
    else plot.clear();
    const [a, b] = pair;
    const columns = (what: string) => [what, 'A', 'B', 'same?'];
    const none = 'Open a run (a point, or its name in the list) and choose "Compare as A" or "Compare as B".';
    tables.replaceChildren(
      ...(a === null || b === null
        ? [make('p', { class: 'caption' }, none)]
        : [
            scrollBox(
              `Results of two runs of ${explorer.name}`,
              headedTable(columns('result'), beside(resultFacts(runs, a), resultFacts(runs, b))),
            ),
            scrollBox(
              `Settings of two runs of ${explorer.name}`,
              headedTable(columns('setting'), beside(ownSettings(runs, a), ownSettings(runs, b))),
            ),
            ...[a, b].flatMap((run, i) => {
              const command = againCommand(runs, run);
              return command === null
                ? []
                : [make('p', { class: 'command' }, `${sides[i]}: `, make('code', {}, command))];
            }),
          ]),
    );
  };
  const view = explorerView('Two runs side by side', {
    id: `${explorer.name}-pair`,
    children: [head, host, plotDownloads(`${explorer.name}-two-runs`, plot.view), tables],
    render,
  });
  explorer.onPair(view.refresh);
  return { ...view, redraw: view.refresh };
};
