import { bestOfK } from '../stats/best-of-k.ts';
import { column, type TableEntry, type Table, text } from './table.ts';

/** A search as a table takes it: one entry for each arm. */
export interface TunedArmData {
  readonly name: string;
  readonly trials: readonly {
    readonly settings: { readonly [key: string]: number | string };
    /** Validation losses by epoch, as far as the trial was trained. */
    readonly losses: readonly { readonly epoch: number; readonly loss: number | null }[];
    readonly stoppedAfter: number | null;
  }[];
  readonly chosen: number;
  readonly steps: number;
}

const settingsText = (settings: { readonly [key: string]: number | string }): string =>
  Object.entries(settings)
    .map(([key, value]) => `${key} = ${value}`)
    .join(', ') || 'as the arm is';

const loss = (value: number | null | undefined): TableEntry =>
  value === null || value === undefined ? text('n/a') : { text: value.toFixed(4), sort: value };

/** Budgets at which a best-of-k curve is printed: 1, 2, 4, ... and the whole. */
const budgets = (most: number): readonly number[] => [
  ...[1, 2, 4, 8, 16, 32, 64, 128].filter((k) => k < most),
  ...(most > 0 ? [most] : []),
];

/**
 * What a search found: the chosen settings and the budget of every arm, then the expected best
 * validation loss of k trials, by arm, which shows how a ranking depends on the budget.
 */
export const tuningTables = (title: string, arms: readonly TunedArmData[]): Table[] => {
  const most = Math.max(0, ...arms.map(({ trials }) => trials.length));
  const curves = arms.map(({ trials }) =>
    bestOfK(
      trials.flatMap(({ losses }) => {
        const last = losses.at(-1)?.loss;
        return last === null || last === undefined ? [] : [{ validation: -last, test: last }];
      }),
    ),
  );
  const stopped = arms.some(({ trials }) => trials.some(({ stoppedAfter }) => stoppedAfter !== null));
  return [
    {
      name: 'tuning',
      title: `${title}: chosen settings`,
      caption:
        'Selection by validation loss, on seeds that confirmation does not use; of the readout by which a method ' +
        'is tested, for an ensemble of its mean-field pass. Every arm has the same trials and steps.',
      columns: [
        column('arm', 'arm', 'left'),
        column('settings', 'chosen settings', 'left'),
        column('loss', 'validation loss'),
        column('as-is', 'as the arm was'),
        column('trials', 'trials'),
        column('finished', 'trained to the end'),
        column('steps', 'steps'),
      ],
      rows: arms.map(({ name, trials, chosen, steps }) => {
        const best = trials[chosen];
        const asIs = trials.find(({ settings }) => Object.keys(settings).length === 0);
        return [
          text(name),
          text(best ? settingsText(best.settings) : 'n/a'),
          loss(best?.losses.at(-1)?.loss),
          loss(asIs?.losses.at(-1)?.loss),
          { text: String(trials.length), sort: trials.length },
          { text: String(trials.filter(({ stoppedAfter }) => stoppedAfter === null).length), sort: trials.length },
          { text: String(steps), sort: steps },
        ];
      }),
      notes: [],
    },
    {
      name: 'best-of-k',
      title: `${title}: expected best of k trials`,
      caption: 'Expected validation loss of the best of k trials drawn without replacement (unbiased).',
      columns: [column('arm', 'arm', 'left'), ...budgets(most).map((k) => column(`k${k}`, `k = ${k}`))],
      rows: arms.map(({ name }, a) => [text(name), ...budgets(most).map((k) => loss(curves[a]?.[k - 1]))]),
      notes: stopped
        ? ['Trials that were stopped enter with their last loss, so small k look worse than they are.']
        : [],
    },
  ];
};
