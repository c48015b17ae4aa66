import type { Labels } from '@lab/records';
import type { Candidates } from '../study/arms/answer.ts';
import { armLabels, equalLabels, type ReportArm } from '../study/arms/arm.ts';
import { groupBy } from '../study/group.ts';
import type { ReportSpec } from './spec.ts';

/** More arms than this make no readable table: the report then shows the first ones and says so. */
const mostArms = 200;

/** More arms than this are not drawn beside each other. */
const mostDrawn = 12;

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
const armOf = (all: Labels): ReportArm => {
  const labels = armLabels(all);
  return { name: nameOf(labels), labels };
};

/** Every arm once, as many as a table can show; `isWhole` where these are all. */
const armsOf = (all: Iterable<Labels>): { readonly arms: readonly ReportArm[]; readonly isWhole: boolean } => {
  const arms = new Map<string, ReportArm>();
  for (const labels of all) {
    const arm = armOf(labels);
    if (arms.size >= mostArms && !arms.has(arm.name)) return { arms: [...arms.values()], isWhole: false };
    arms.set(arm.name, arm);
  }
  return { arms: [...arms.values()], isWhole: true };
};

/** For each arm the baseline at its point of the grid. */
const baselinesOf = (arms: readonly ReportArm[], { baseline, gridAxes }: OwnStudy): ReadonlyMap<string, ReportArm> => {
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

/** Arms without the axes of the grid, each with its settings: what a study compares in the end. */
const methodsOf = (arms: readonly ReportArm[], gridAxes: readonly string[]): readonly Candidates[] => {
  const withoutGrid = ({ labels = {} }: ReportArm): Labels =>
    Object.fromEntries(Object.entries(labels).filter(([axis]) => !gridAxes.includes(axis)));
  const groups = groupBy(arms, (arm) => nameOf(withoutGrid(arm)));
  return [...groups].map(([name, own]) => ({ name, arms: own }));
};

/**
 * The one axis of numbers along which curves can be drawn; undefined where the grid has others too.
 */
const curveAxis = (arms: readonly ReportArm[], gridAxes: readonly string[]): string | undefined => {
  const [axis, ...others] = gridAxes;
  const isNumeric = axis !== undefined && arms.every(({ labels }) => typeof labels?.[axis] === 'number');
  return others.length === 0 && isNumeric ? axis : undefined;
};

const metrics = ['score', 'nll', 'ece'];

/**
 * The report of one's own study: the answer, tuned on validation where there is a grid; then every
 * arm's scores, each compared with the baseline at its point of the grid; curves, calibration,
 * cost.
 */
export const ownStudySpec = (study: OwnStudy): ReportSpec => {
  const { name, title, question, gridAxes } = study;
  const { arms, isWhole } = armsOf(study.arms);
  const shown = { arms, ...(isWhole ? {} : { differs: `only the first ${mostArms} arms are shown` }) };
  const drawn = { ...shown, arms: arms.slice(0, mostDrawn) };
  const baselines = baselinesOf(arms, study);
  const distinct = [...new Map([...baselines.values()].map((arm) => [arm.name, arm])).values()];
  const [only, ...others] = distinct;
  const baseline = others.length === 0 ? only : { name: 'the baseline at the same point of the grid', labels: {} };
  const methods = methodsOf(arms, gridAxes);
  const base = study.baseline && armOf(study.baseline);
  const baseMethod = methods.find(({ arms: own }) =>
    own.some((arm) => arm.name === only?.name || arm.name === base?.name),
  );
  const axis = curveAxis(arms, gridAxes);
  const curves = methods.map((method): ReportArm => {
    const [first] = method.arms;
    return { name: method.name, labels: first?.labels ?? {}, free: gridAxes };
  });
  return {
    name,
    title,
    question,
    paper: '',
    answer: { methods, baseline: baseMethod?.name ?? null, metric: 'score' },
    claims: [],
    tables: [
      { kind: 'grid', name: 'scores', title: 'Scores', metrics, ...shown },
      ...(baseline
        ? [
            {
              kind: 'compare',
              name: 'compared',
              title: 'Compared',
              baseline,
              baselines: Object.fromEntries(baselines),
              metrics,
              ...shown,
            } as const,
          ]
        : []),
    ],
    figures: [
      ...(only && others.length === 0
        ? (['score', 'nll'] as const).map((metric) => ({
            kind: 'forest' as const,
            name: `differences-${metric}`,
            title: metric === 'score' ? 'Differences in score' : 'Differences in NLL',
            baseline: only,
            metric,
            ...drawn,
          }))
        : []),
      ...(axis === undefined
        ? []
        : [{ kind: 'sweep' as const, name: 'curve', title: `Along ${axis}`, x: axis, metrics, arms: curves }]),
      {
        kind: 'pareto',
        name: 'cost',
        title: 'Score and training time',
        cost: 'train-seconds',
        metric: 'score',
        ...drawn,
      },
      { kind: 'bars', name: 'score', title: 'Score', metric: 'score', ...drawn },
      { kind: 'reliability', name: 'reliability', title: 'Calibration', ...drawn },
      { kind: 'gap', name: 'training', title: 'Training and held-out loss', metric: 'loss', ...drawn },
    ],
  };
};
