import { fold, key, type Key } from '@lab/random';
import { leaksOf, type VerdictStatus } from '@lab/report/internals';
import { plantedStudy, type Plant } from './plants.ts';
import { confounded } from './confounded.ts';
import { better, judged, noGain, planned, sequential, type RowSpec } from './judged.ts';

/**
 * One line of the certificate: what was planted, and how often the verdicts were false and true.
 */
export interface CertificateRow {
  readonly plant: string;
  readonly truth: string;
  readonly seeds: string;
  readonly studies: number;
  readonly counts: { readonly [status in VerdictStatus]: number };
  /** Share of studies with a verdict that the planted truth makes false. */
  readonly wrong: number;
  /** Share with the verdict that the truth deserves; null where that is "cannot tell". */
  readonly right: number | null;
  readonly asked: string;
}

const none = { a: 0, b: 0 };
const most = 'at most 5 % false';

const limit = 'shows a limit';
const lostStudy: Plant = { effects: none, lost: { a: 'unfinished' }, luck: 0.1 };

/** No effect on the mean, under laws of luck that are hard on a test of means. */
const skewed: readonly RowSpec[] = (
  [
    ['few seeds', {}, 6, most],
    ['luck of one arm skewed to the right', { laws: { a: 'right' } }, 12, most],
    ['luck of one arm skewed to the left', { laws: { a: 'left' } }, 12, most],
    ['luck of one arm skewed to the left, few seeds', { laws: { a: 'left' } }, 6, most],
    ['heavy tails', { laws: { a: 'heavy', b: 'heavy' } }, 6, most],
    ['ties: 20 sentences', { sentences: 20 }, 6, most],
    ['luck of one arm lognormal', { laws: { a: 'very left' } }, 12, limit],
    ['one seed in ten of one arm collapses', { laws: { a: 'collapses' } }, 12, limit],
    ['unlucky seeds of one arm diverge', { lost: { a: 'diverged' }, luck: 0.1 }, 16, most],
  ] as const
).map(([words, plant, seeds, asked]) => ({
  plant: `none, ${words}`,
  truth: 'no effect',
  seeds: String(seeds),
  asked,
  study: judged({ effects: none, luck: 0.05, sentences: 400, ...plant }, better('b'), seeds),
  wrong: ['held', 'contradicted'],
  right: null,
}));

/** Every plant of a claim. */
const specs: readonly RowSpec[] = [
  {
    plant: 'none',
    truth: 'no effect',
    seeds: '12',
    asked: most,
    study: judged({ effects: none }, better('b'), 12),
    wrong: ['held', 'contradicted'],
    right: null,
  },
  ...skewed,
  {
    plant: 'none, four correlated tasks',
    truth: 'no effect',
    seeds: '12',
    asked: most,
    study: judged({ effects: none, tasks: 4, correlation: 0.8 }, better('b'), 12),
    wrong: ['held', 'contradicted'],
    right: 'equivalent',
  },
  {
    plant: 'none, unlucky seeds of one arm never finished',
    truth: 'no effect',
    seeds: '16',
    asked: 'shows the trap',
    study: judged(lostStudy, better('b'), 16),
    wrong: ['held', 'contradicted'],
    right: null,
  },
  {
    plant: 'the same, registered for 16 seeds',
    truth: 'no effect',
    seeds: '16',
    asked: most,
    study: judged(lostStudy, better('b'), 16, { seeds: [16], spending: 'obrien-fleming' }),
    wrong: ['held', 'contradicted'],
    right: null,
  },
  {
    plant: 'none, three comparisons',
    truth: 'no effect',
    seeds: '12',
    asked: most,
    study: judged({ effects: { ...none, c: 0, d: 0 } }, better('b', 'c', 'd'), 12),
    wrong: ['held', 'contradicted'],
    right: null,
  },
  {
    plant: 'none, looks at 8, 16, 24',
    truth: 'no effect',
    seeds: '8-24',
    asked: most,
    study: sequential({ effects: none }, better('b')),
    wrong: ['held', 'contradicted'],
    right: 'equivalent',
  },
  {
    plant: 'small',
    truth: 'the margin',
    seeds: '12',
    asked: most,
    study: judged({ effects: { a: 0.05, b: 0 } }, better('b'), 12),
    wrong: ['equivalent', 'contradicted'],
    right: 'held',
  },
  {
    plant: 'small, "adds nothing"',
    truth: 'the margin',
    seeds: '12',
    asked: most,
    study: judged({ effects: { a: 0.05, b: 0 } }, noGain, 12),
    wrong: ['held'],
    right: 'contradicted',
  },
  {
    plant: 'small, seeds by lab power',
    truth: 'the margin',
    seeds: 'planned',
    asked: `${most}; at least 80 % held`,
    study: planned({ effects: { a: 0.05, b: 0 } }, better('b')),
    wrong: ['equivalent', 'contradicted'],
    right: 'held',
  },
  {
    plant: 'large',
    truth: 'three margins',
    seeds: '12',
    asked: most,
    study: judged({ effects: { a: 0.15, b: 0 } }, better('b'), 12),
    wrong: ['equivalent', 'contradicted', 'cannot tell'],
    right: 'held',
  },
  {
    plant: 'large, looks at 8, 16, 24',
    truth: 'three margins',
    seeds: '8-24',
    asked: most,
    study: sequential({ effects: { a: 0.15, b: 0 } }, better('b')),
    wrong: ['equivalent', 'contradicted'],
    right: 'held',
  },
  {
    plant: 'reversed',
    truth: 'three margins the other way',
    seeds: '12',
    asked: most,
    study: judged({ effects: { a: -0.15, b: 0 } }, better('b'), 12),
    wrong: ['held', 'equivalent'],
    right: 'contradicted',
  },
  {
    plant: 'rate-confounded, rates not searched',
    truth: 'no effect at the best rates',
    seeds: '12',
    asked: 'shows the trap',
    study: confounded(false),
    wrong: ['held', 'contradicted'],
    right: null,
  },
  {
    plant: 'rate-confounded, rates searched',
    truth: 'no effect at the best rates',
    seeds: '12',
    asked: most,
    study: confounded(true),
    wrong: ['held', 'contradicted'],
    right: null,
  },
];

const leakStudy = (leak: number) => (stream: Key) =>
  leaksOf(plantedStudy({ effects: none, leaks: { a: leak } }, stream, 12), better('b')).length > 0;

/** The certificate: every plant, simulated `studies` times. */
export const certificate = async (studies: number): Promise<readonly CertificateRow[]> => {
  const root = fold(key(0), 'certify');
  const rows: CertificateRow[] = [];
  for (const { study, wrong, right, ...words } of specs) {
    const counts: Record<VerdictStatus, number> = { held: 0, equivalent: 0, contradicted: 0, 'cannot tell': 0 };
    for (let s = 0; s < studies; s++) counts[await study(fold(fold(root, words.plant), s))] += 1;
    const share = (list: readonly VerdictStatus[]) => list.reduce((sum, status) => sum + counts[status], 0) / studies;
    rows.push({ ...words, studies, counts, wrong: share(wrong), right: right === null ? null : share([right]) });
  }
  const leaks = [0, 0.15].map((leak): CertificateRow => {
    const named = Array.from({ length: studies }, (_, s) => leakStudy(leak)(fold(fold(root, `leak-${leak}`), s)));
    const count = named.filter(Boolean).length;
    return {
      plant: leak === 0 ? 'no leak' : 'test labels leak: 15 points on the test split alone',
      truth: leak === 0 ? 'no leak' : 'a leak',
      seeds: '12',
      asked: leak === 0 ? 'seldom named' : 'named',
      studies,
      counts: { held: 0, equivalent: 0, contradicted: count, 'cannot tell': studies - count },
      wrong: leak === 0 ? count / studies : 1 - count / studies,
      right: leak === 0 ? null : count / studies,
    };
  });
  return [...rows, ...leaks];
};
