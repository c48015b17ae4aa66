import type { Labels } from '@lab/records';
import type { FigureSpec } from '../figures/index.ts';
import type { Candidates } from '../study/arms/answer.ts';
import type { ReportArm } from '../study/arms/arm.ts';
import type { TableSpec } from '../tables/index.ts';
import type { Claim } from '../verdict/claim.ts';
import { baselinesFor, methodsAmong, mostArms, ownArms } from './own-arms.ts';
import type { ReportSpec } from './spec.ts';

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
  /** Smallest difference in score that counts, in stored units. */
  readonly margin: number;
}

const metrics = ['score', 'nll', 'ece'];

/** Smallest difference in loss that counts, in nats. */
const lossMargin = { value: 0.02, from: 'the default of a study of one’s own' };

/** Letters, digits and hyphens of a name. */
const slug = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');

/** What a study asks of a method with one setting: is it above the baseline, is its loss below? */
const claimsOf = (methods: readonly Candidates[], baseline: ReportArm, margin: number): readonly Claim[] =>
  methods.flatMap(({ name, arms: [arm, ...others] }, i): readonly Claim[] => {
    if (!arm || others.length > 0 || arm.name === baseline.name) return [];
    const about = { source: 'this study' } as const;
    const than = [baseline];
    const id = `${slug(name)}-${i}`;
    return [
      {
        ...about,
        id: `${id}-score`,
        text: `${name} scores above ${baseline.name}`,
        test: { kind: 'better', arm, than, metric: 'score', margin: { value: margin, from: 'the study file' } },
      },
      {
        ...about,
        id: `${id}-loss`,
        text: `${name} has a lower loss than ${baseline.name}`,
        test: { kind: 'better', arm, than, metric: 'nll', margin: lossMargin },
      },
    ];
  });

/** The one axis of numbers along which curves are drawn, with the arms that lack it as lines. */
const curveOf = (
  methods: readonly Candidates[],
  arms: readonly ReportArm[],
  gridAxes: readonly string[],
): FigureSpec | null => {
  const [axis, ...others] = gridAxes;
  if (axis === undefined || others.length > 0) return null;
  const isOn = ({ labels = {} }: ReportArm): boolean => Object.hasOwn(labels, axis);
  if (!arms.filter(isOn).every(({ labels }) => typeof labels?.[axis] === 'number')) return null;
  const curves = methods.flatMap(({ name, arms: [first] }): readonly ReportArm[] =>
    first && isOn(first) ? [{ name, labels: first.labels ?? {}, free: gridAxes }] : [],
  );
  const references = arms.filter((arm) => !isOn(arm));
  return { kind: 'sweep', name: 'curve', title: `Along ${axis}`, x: axis, metrics, arms: curves, references };
};

/**
 * The report of one's own study: the answer, tuned on validation where there is a grid; then every
 * arm's scores, each compared with the baseline at its point of the grid; claims, curves,
 * calibration, cost.
 */
export const ownStudySpec = (study: OwnStudy): ReportSpec => {
  const { name, title, question, gridAxes, margin } = study;
  const own = ownArms(study.arms);
  const { arms, heading, isWhole } = own;
  const shown = { arms, heading, ...(isWhole ? {} : { differs: `only the first ${mostArms} arms are shown` }) };
  const drawn = { ...shown, arms: arms.slice(0, mostDrawn) };
  const baselines = baselinesFor(own, study);
  const distinct = [...new Map([...baselines.values()].map((arm) => [arm.name, arm])).values()];
  const [only, ...others] = distinct;
  const single = others.length === 0 ? only : undefined;
  const baseline = single ?? (only && { name: 'the baseline at the same point of the grid', labels: {} });
  const methods = methodsAmong(own, gridAxes);
  const baseMethod = methods.find((method) =>
    method.arms.some((arm) => distinct.some((base) => base.name === arm.name)),
  );
  const compared: readonly TableSpec[] = baseline
    ? [
        {
          kind: 'compare',
          name: 'compared',
          title: 'Compared',
          baseline,
          baselines: Object.fromEntries(baselines),
          metrics,
          ...shown,
        },
      ]
    : [];
  const differences = (single ? (['score', 'nll'] as const) : []).flatMap((metric): readonly FigureSpec[] =>
    single
      ? [
          {
            kind: 'forest',
            name: `differences-${metric}`,
            title: metric === 'score' ? 'Differences in score' : 'Differences in NLL',
            baseline: single,
            metric,
            ...drawn,
          },
        ]
      : [],
  );
  const curve = curveOf(methods, arms, gridAxes);
  return {
    name,
    title,
    question,
    paper: '',
    answer: { methods, baseline: baseMethod?.name ?? null, metric: 'score' },
    claims: single ? claimsOf(methods.slice(0, mostDrawn), single, margin) : [],
    tables: [{ kind: 'grid', name: 'scores', title: 'Scores', metrics, ...shown }, ...compared],
    figures: [
      ...differences,
      ...(curve ? [curve] : []),
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
