import { fold, key, type Key } from '@lab/random';
import type { ClaimTest } from '@lab/report';
import { judge, leaksOf, seedsToHold, type VerdictStatus } from '@lab/report/internals';
import { plantedStudy, type Plant } from './plants.ts';
import { confounded } from './confounded.ts';

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

const arm = (name: string) => ({ name, where: { method: name } });
const margin = { value: 0.05, from: 'the plant' };
export const better = (...than: string[]): ClaimTest => ({
  kind: 'better',
  arm: arm('a'),
  than: than.map(arm),
  metric: 'score',
  margin,
});
const noGain: ClaimTest = { kind: 'no-gain', arm: arm('a'), than: arm('b'), metric: 'score', margin };

interface RowSpec {
  readonly plant: string;
  readonly truth: string;
  readonly seeds: string;
  readonly asked: string;
  /** The verdict of one study, from its own key. */
  readonly study: (stream: Key) => VerdictStatus | Promise<VerdictStatus>;
  readonly wrong: readonly VerdictStatus[];
  readonly right: VerdictStatus | null;
}

const judged = (plant: Plant, test: ClaimTest, seeds: number) => (stream: Key) =>
  judge(plantedStudy(plant, stream, seeds), [{ id: 'x', text: 'x', source: 'x', test }])[0]?.status ?? 'cannot tell';

/** Looks at 8, 16 and 24 seeds; the first decision stays. */
const sequential = (plant: Plant, test: ClaimTest) => (stream: Key) => {
  const seeds = [8, 16, 24];
  for (const n of seeds) {
    const claims = [{ id: 'x', text: 'x', source: 'x', test }];
    const [verdict] = judge(plantedStudy(plant, stream, n), claims, { seeds, spending: 'obrien-fleming' });
    if (verdict && verdict.status !== 'cannot tell') return verdict.status;
  }
  return 'cannot tell';
};

/** Six pilots plan the seeds; other seeds decide. */
const planned = (plant: Plant, test: ClaimTest) => (stream: Key) => {
  const scores = (method: string, cells: ReturnType<typeof plantedStudy>) =>
    cells.filter((c) => c.labels.method === method).map((c) => c.record.result.evaluations[1]?.metrics.accuracy ?? 0);
  const pilots = plantedStudy(plant, fold(stream, 'pilots'), 6);
  const base = scores('b', pilots);
  const differences = scores('a', pilots).map((v, i) => v - (base[i] ?? 0));
  return judged(plant, test, seedsToHold([differences], margin.value) ?? 200)(fold(stream, 'study'));
};

const none = { a: 0, b: 0 };
const most = 'at most 5 % false';

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
  {
    plant: 'none, skewed luck',
    truth: 'no effect',
    seeds: '12',
    asked: most,
    study: judged({ effects: none, noise: 'skewed' }, better('b'), 12),
    wrong: ['held', 'contradicted'],
    right: null,
  },
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
