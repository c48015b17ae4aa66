import type { KnobColumn, RunColumns } from './data.ts';

/** From and to, in the unit of an axis; for words, places in their list. */
export interface AxisRange {
  readonly from: number;
  readonly to: number;
}

/** Which runs are shown. An empty list of words or seeds leaves all of them. */
export interface RunFilter {
  readonly arms: ReadonlySet<number>;
  readonly tasks: ReadonlySet<number>;
  readonly seeds: ReadonlySet<number>;
  /** All of these words stand somewhere in the run. */
  readonly text: string;
  /** By the name of an axis. */
  readonly ranges: ReadonlyMap<string, AxisRange>;
}

export const everything: RunFilter = {
  arms: new Set(),
  tasks: new Set(),
  seeds: new Set(),
  text: '',
  ranges: new Map(),
};

/** Something that runs can be placed along: a measure, a setting, or what they are called. */
export interface RunAxis {
  /** `measure:nll`, `knob:train.lr`, `arm`, `task`, `seed`. */
  readonly name: string;
  readonly title: string;
  /** The words of an axis of words; null for numbers. */
  readonly words: readonly string[] | null;
  /** By run: a number, or the place of a word; null where a run has neither. */
  readonly at: (run: number) => number | null;
}

/** `train.lr` as `lr`: most settings are known by their last part. */
const knobTitle = (path: string): string =>
  path.endsWith('.name') ? path : path.replace(/^(train|dropout|adapter)\./, '');

const isNumeric = ({ values }: KnobColumn): boolean => values.every((v) => typeof v === 'number' || v === null);

const knobAxis = (knob: KnobColumn): RunAxis => {
  const name = `knob:${knob.path}`;
  const title = knobTitle(knob.path);
  const placeOf = (run: number): number => knob.index[run] ?? -1;
  if (!isNumeric(knob)) {
    const words = knob.values.map((v) => String(v));
    return { name, title, words, at: (run) => (placeOf(run) < 0 ? null : placeOf(run)) };
  }
  const numberAt = (run: number): number | null => {
    const v = knob.values[placeOf(run)];
    return typeof v === 'number' ? v : null;
  };
  return { name, title, words: null, at: numberAt };
};

/** Every axis of the runs: measures first, then settings, then names. */
export const axesOf = (runs: RunColumns): readonly RunAxis[] => {
  const wordAxis = (name: 'arm' | 'task', title: string): RunAxis => ({
    name,
    title,
    words: runs[name].words,
    at: (run) => runs[name].index[run] ?? null,
  });
  return [
    ...runs.measures.map(({ name, title, values }): RunAxis => ({
      name: `measure:${name}`,
      title,
      words: null,
      at: (run) => values[run] ?? null,
    })),
    ...runs.knobs.map(knobAxis),
    wordAxis('arm', 'arm'),
    wordAxis('task', 'data set'),
    { name: 'seed', title: 'seed', words: null, at: (run) => runs.seed[run] ?? null },
  ];
};

/** One lower-case text for each run, in which words are looked for. */
export const searchTexts = (runs: RunColumns): readonly string[] =>
  runs.ids.map((id, i) => {
    const knobs = runs.knobs.flatMap(({ path, values, index }) => {
      const v = values[index[i] ?? -1];
      return v === undefined ? [] : [`${path} ${v}`];
    });
    const named = [runs.arm, runs.task, runs.status, runs.readout].map(({ words, index }) => words[index[i] ?? -1]);
    return [id, ...named, `seed ${runs.seed[i]}`, ...knobs].join(' ').toLowerCase();
  });

const wordsIn = (text: string): readonly string[] => text.toLowerCase().split(/\s+/).filter(Boolean);

/** The places of the runs that pass a filter, in their order. */
export const shownRuns = (
  runs: RunColumns,
  axes: readonly RunAxis[],
  texts: readonly string[],
  { arms, tasks, seeds, text, ranges }: RunFilter,
): readonly number[] => {
  const words = wordsIn(text);
  const limits = axes.flatMap((axis) => {
    const range = ranges.get(axis.name);
    return range ? [{ at: axis.at, ...range }] : [];
  });
  const shown: number[] = [];
  for (let run = 0; run < runs.ids.length; run++) {
    if (arms.size > 0 && !arms.has(runs.arm.index[run] ?? -1)) continue;
    if (tasks.size > 0 && !tasks.has(runs.task.index[run] ?? -1)) continue;
    if (seeds.size > 0 && !seeds.has(runs.seed[run] ?? -1)) continue;
    const isWithin = limits.every(({ at, from, to }) => {
      const v = at(run);
      return v !== null && v >= from && v <= to;
    });
    if (isWithin && words.every((word) => texts[run]?.includes(word))) shown.push(run);
  }
  return shown;
};
