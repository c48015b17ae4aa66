import type { Labels } from '@lab/records';
import { armLabels, equalLabels, type Arm } from '../study/arm.ts';
import type { ReportSpec } from './spec.ts';

/** More arms than this make no readable table: the report then shows the first ones and says so. */
const mostArms = 200;

/** A study that its reader wrote: what it asks, its arms, and the arm to compare with. */
export interface OwnStudy {
  readonly name: string;
  readonly title: string;
  readonly question: string;
  /** Labels of every arm; gone through once, and no further than a table can show. */
  readonly arms: Iterable<Labels>;
  /** All labels of the baseline, but for axes of the grid on which it follows the other arm. */
  readonly baseline: Labels | null;
  /** Axes of the grid. */
  readonly gridAxes: readonly string[];
}

const nameOf = (labels: Labels): string => {
  const parts = Object.entries(labels).map(([axis, value]) => `${axis} ${value}`);
  return parts.length > 0 ? parts.join(', ') : 'all runs';
};

/** An arm by its whole set of labels. */
const armOf = (all: Labels): Arm => {
  const labels = armLabels(all);
  return { name: nameOf(labels), labels };
};

/** Every arm once, as many as a table can show; `isWhole` where these are all. */
const armsOf = (all: Iterable<Labels>): { readonly arms: readonly Arm[]; readonly isWhole: boolean } => {
  const arms = new Map<string, Arm>();
  for (const labels of all) {
    const arm = armOf(labels);
    if (arms.size >= mostArms && !arms.has(arm.name)) return { arms: [...arms.values()], isWhole: false };
    arms.set(arm.name, arm);
  }
  return { arms: [...arms.values()], isWhole: true };
};

/** For each arm the baseline at its point of the grid. */
const baselinesOf = (arms: readonly Arm[], { baseline, gridAxes }: OwnStudy): ReadonlyMap<string, Arm> => {
  if (!baseline) return new Map();
  const free = gridAxes.filter((axis) => !Object.hasOwn(baseline, axis));
  return new Map(
    arms.map(({ name, labels = {} }) => {
      const point = Object.entries(labels).filter(([axis]) => free.includes(axis));
      const own = armOf({ ...baseline, ...Object.fromEntries(point) });
      return [name, arms.find((arm) => equalLabels(arm.labels ?? {}, own.labels ?? {})) ?? own];
    }),
  );
};

/** The report of one's own study: every arm's scores, each compared with the baseline at its point of the grid. */
export const ownStudySpec = (study: OwnStudy): ReportSpec => {
  const { name, title, question } = study;
  const { arms, isWhole } = armsOf(study.arms);
  const metrics = ['score', 'nll', 'ece'];
  const shown = { arms, ...(isWhole ? {} : { differs: `only the first ${mostArms} arms are shown` }) };
  const baselines = baselinesOf(arms, study);
  const distinct = [...new Map([...baselines.values()].map((arm) => [arm.name, arm])).values()];
  const [only] = distinct;
  return {
    name,
    title,
    question,
    paper: '',
    claims: [],
    tables: [
      { kind: 'grid', name: 'scores', title: 'Scores', metrics, ...shown },
      ...(only
        ? [
            {
              kind: 'compare',
              name: 'compared',
              title: 'Compared',
              baseline:
                distinct.length === 1 ? only : { name: 'the baseline at the same point of the grid', labels: {} },
              baselines: Object.fromEntries(baselines),
              metrics,
              ...shown,
            } as const,
          ]
        : []),
    ],
    figures: [
      {
        kind: 'bars',
        name: 'score',
        title: 'Score',
        metric: 'score',
        ...shown,
        ...(only && distinct.length === 1 ? { baseline: only } : {}),
      },
    ],
  };
};
