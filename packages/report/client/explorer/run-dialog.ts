import { curveLines, curvesSpec } from '../../src/explorer/specs/curves.ts';
import { button, byId, make, scrollBox, headedTable, tableRowOf } from '../dom.ts';
import { openPlot } from '../plots.ts';
import { againCommand, curveTexts, ownSettings, resultFacts, sharedSettings, type RunFact } from './run-facts.ts';
import type { Explorer } from './store.ts';

const factTable = (title: string, facts: readonly RunFact[]): readonly HTMLElement[] => [
  make('h3', {}, title),
  make('table', { 'data-long': 'yes' }, make('tbody', {}, ...facts.map(tableRowOf))),
];

/** The command that makes the run again, with a button that copies it. */
const commandPart = (command: string): HTMLElement => {
  const said = make('span', { role: 'status' });
  const copy = button('Copy', () => {
    void navigator.clipboard.writeText(command).then(() => (said.textContent = ' copied'));
  });
  return make('p', { class: 'command' }, 'Again: ', make('code', {}, command), ' ', copy, said);
};

const curvePart = (explorer: Explorer, run: number): readonly HTMLElement[] => {
  const { curves, scoreTitle, ids } = explorer.data.runs;
  const rows = curves[run] ?? [];
  if (rows.length === 0) return [];
  const label = `Training loss and held-out loss of run ${ids[run]}; numbers in the table below`;
  const host = make('div', { class: 'plot', role: 'img', 'aria-label': label });
  void openPlot(host, 'svg').show(curvesSpec(curveLines([{ name: '', rows }]), 380));
  const head = ['epoch', 'training loss', 'held-out NLL', `held-out ${scoreTitle}`];
  return [
    make('h3', {}, 'Curves (losses in nats)'),
    host,
    scrollBox('Curves of this run', headedTable(head, curveTexts(rows))),
  ];
};

/** Opens one run: result, curves, settings, the command for it, and a place beside another run. */
export const openRunDialog = (explorer: Explorer, run: number, showPair: () => void): void => {
  const { runs } = explorer.data;
  const dialog = byId('detail');
  if (!(dialog instanceof HTMLDialogElement)) return;
  byId('detail-title').textContent = `Run ${runs.ids[run]}`;
  const command = againCommand(runs, run);
  const put = (side: 0 | 1) => () => {
    explorer.setPair(side, run);
    const isWhole = explorer.pair().every((other) => other !== null);
    dialog.close();
    if (isWhole) showPair();
  };
  const sides = make('p', { class: 'tools' }, button('Compare as A', put(0)), ' ', button('Compare as B', put(1)));
  byId('detail-body').replaceChildren(
    sides,
    ...(command === null ? [] : [commandPart(command)]),
    ...factTable('Result', resultFacts(runs, run)),
    ...curvePart(explorer, run),
    ...factTable('Settings of this run', ownSettings(runs, run)),
    ...factTable('Settings of all runs of this experiment', sharedSettings(runs)),
  );
  dialog.showModal();
};
