import { fold, key, normal } from '@lab/random';
import type { ExplorerData, KnobColumn, WordColumn } from '../src/explorer/data.ts';

const [arms, tasks, rates, steps] = [10, 4, 5, 6];

const cycled = (words: readonly string[], index: readonly number[]): WordColumn => ({ words, index });
const knob = (path: string, values: KnobColumn['values'], index: readonly number[]): KnobColumn => ({
  path,
  values,
  index,
});

/** Invented runs of a large grid as the page holds them; for tests and timings only. */
export const manyRuns = (count: number): ExplorerData => {
  const all = Array.from({ length: count }, (_, i) => i);
  const noise = [0, 1, 2].map((k) => normal(fold(key(7), k), count));
  const at = (k: number, i: number) => noise[k]?.[i] ?? 0;
  const rate = all.map((i) => Math.floor(i / tasks) % rates);
  return {
    examples: [],
    runs: {
      ids: all.map((i) => `invented-${i}`),
      arm: cycled(
        Array.from({ length: arms }, (_, a) => `arm-${a}`),
        all.map((i) => Math.floor(i / tasks / rates) % arms),
      ),
      task: cycled(
        Array.from({ length: tasks }, (_, t) => `task-${t}`),
        all.map((i) => i % tasks),
      ),
      status: cycled(
        ['done'],
        all.map(() => 0),
      ),
      readout: cycled(
        ['deterministic'],
        all.map(() => 0),
      ),
      engine: cycled(
        ['none (invented numbers)'],
        all.map(() => 0),
      ),
      seed: all.map((i) => Math.floor(i / tasks / rates / arms) % 50),
      reasons: {},
      measures: [
        {
          name: 'score',
          title: 'accuracy (%)',
          better: 'higher',
          values: all.map((i) => 80 + 2 * (rate[i] ?? 0) + at(0, i)),
        },
        { name: 'nll', title: 'NLL (nats)', better: 'lower', values: all.map((i) => 0.5 + 0.05 * at(1, i)) },
        { name: 'ece', title: 'ECE', better: 'lower', values: all.map((i) => 0.1 + 0.01 * at(2, i)) },
      ],
      knobs: [
        knob('dropout.p', [0, 0.1, 0.2, 0.3, 0.5], rate),
        knob(
          'train.lr',
          [1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3],
          all.map((i) => i % steps),
        ),
      ],
      common: {},
      scoreTitle: 'accuracy (%)',
      curves: all.map(() => Array.from({ length: 5 }, (_, e) => [e + 1, 0.7 / (e + 1), 0.6, 80])),
      command: null,
    },
  };
};
