import type { ExplorerData } from '../../src/explorer/data.ts';
import {
  axesOf,
  everything,
  searchTexts,
  shownRuns,
  type RunAxis,
  type RunFilter,
} from '../../src/explorer/selection.ts';

/** What every part of one explorer shares: the runs, which are shown, which two are compared. */
export interface Explorer {
  readonly name: string;
  readonly data: ExplorerData;
  readonly axes: readonly RunAxis[];
  /** An axis by its name. Throws where there is none. */
  readonly axis: (name: string) => RunAxis;
  readonly everyRun: readonly number[];
  readonly filter: () => RunFilter;
  readonly shown: () => readonly number[];
  readonly setFilter: (change: Partial<RunFilter>) => void;
  /** The two runs that are looked at side by side. */
  readonly pair: () => readonly [number | null, number | null];
  readonly setPair: (side: 0 | 1, run: number | null) => void;
  /** Calls back when runs are shown or hidden, and when a side of the pair changes. */
  readonly onShown: (act: () => void) => void;
  readonly onPair: (act: () => void) => void;
  /** A run in one line. */
  readonly label: (run: number) => string;
}

/** Opens the runs of a report for looking at. */
export const openExplorer = (name: string, data: ExplorerData): Explorer => {
  const { runs } = data;
  const axes = axesOf(runs);
  let texts: readonly string[] | null = null;
  const everyRun = runs.ids.map((_, i) => i);
  let filter = everything;
  let shown: readonly number[] = everyRun;
  let pair: readonly [number | null, number | null] = [null, null];
  const [shownListeners, pairListeners]: [(() => void)[], (() => void)[]] = [[], []];
  const axis = (wanted: string): RunAxis => {
    const found = axes.find((own) => own.name === wanted);
    if (!found) throw new Error(`no axis ${wanted}`);
    return found;
  };
  return {
    name,
    data,
    axes,
    axis,
    everyRun,
    filter: () => filter,
    shown: () => shown,
    setFilter: (change) => {
      filter = { ...filter, ...change };
      texts ??= searchTexts(runs);
      shown = shownRuns(runs, axes, texts, filter);
      shownListeners.forEach((act) => act());
    },
    pair: () => pair,
    setPair: (side, run) => {
      pair = side === 0 ? [run, pair[1]] : [pair[0], run];
      pairListeners.forEach((act) => act());
    },
    onShown: (act) => void shownListeners.push(act),
    onPair: (act) => void pairListeners.push(act),
    label: (run) => {
      const word = ({ words, index }: { words: readonly string[]; index: readonly number[] }) =>
        words[index[run] ?? -1];
      const score = runs.measures[0]?.values[run];
      const scored = score === null || score === undefined ? '' : `: ${score}`;
      return `${word(runs.arm)}, ${word(runs.task)}, seed ${runs.seed[run]}${scored}`;
    },
  };
};
