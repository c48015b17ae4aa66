import type { Labels } from '@lab/records';
import type { Candidates } from '../study/arms/answer.ts';
import { armLabels, equalLabels, type ReportArm } from '../study/arms/arm.ts';
import { groupBy } from '../study/group.ts';

/** More arms than this make no readable table: the report then shows the first ones and says so. */
export const mostArms = 200;

/** What the arms of a study are called by their labels, and what to write above their column. */
export interface ArmNames {
  readonly heading: string;
  readonly nameOf: (labels: Labels) => string;
}

/**
 * A method is called by its name, every other label with its axis: `hiddenkey, p 0.1`. The column
 * is headed by the only axis, `arm` where there are several.
 */
const namesFor = (axes: readonly string[]): ArmNames => ({
  heading: axes.length === 1 ? (axes[0] ?? 'arm') : 'arm',
  nameOf: (labels) => {
    const parts = Object.entries(labels).map(([axis, value]) =>
      axis === 'method' ? String(value) : `${axis} ${value}`,
    );
    return parts.length > 0 ? parts.join(', ') : 'all runs';
  },
});

/** Every arm once, as many as a table can show; `isWhole` where these are all. */
export interface OwnArms extends ArmNames {
  readonly arms: readonly ReportArm[];
  readonly isWhole: boolean;
}

/**
 * The arms of a study by their labels; the list is gone through no further than a table can show.
 */
export const ownArms = (all: Iterable<Labels>): OwnArms => {
  const distinct = new Map<string, Labels>();
  let isWhole = true;
  for (const labels of all) {
    const own = armLabels(labels);
    const name = JSON.stringify(Object.entries(own));
    if (distinct.size >= mostArms && !distinct.has(name)) {
      isWhole = false;
      break;
    }
    distinct.set(name, own);
  }
  const list = [...distinct.values()];
  const names = namesFor([...new Set(list.flatMap(Object.keys))]);
  return { ...names, isWhole, arms: list.map((labels) => ({ name: names.nameOf(labels), labels })) };
};

const holds = (labels: Labels, wanted: Labels): boolean =>
  Object.entries(wanted).every(([axis, value]) => labels[axis] === value);

/**
 * For each arm the baseline at its point of the grid. Axes that no arm of the baseline has, such as
 * the rate of plain LoRA, are no part of the point.
 */
export const baselinesFor = (
  { arms, nameOf }: OwnArms,
  { baseline, gridAxes }: { readonly baseline: Labels | null; readonly gridAxes: readonly string[] },
): ReadonlyMap<string, ReportArm> => {
  if (!baseline) return new Map();
  const fixed = armLabels(baseline);
  const known = new Set(arms.flatMap(({ labels = {} }) => (holds(labels, fixed) ? Object.keys(labels) : [])));
  const free = gridAxes.filter((axis) => !Object.hasOwn(fixed, axis) && known.has(axis));
  return new Map(
    arms.map(({ name, labels = {} }) => {
      const point = Object.entries(labels).filter(([axis]) => free.includes(axis));
      const own = { ...fixed, ...Object.fromEntries(point) };
      const arm = arms.find((other) => equalLabels(other.labels ?? {}, own));
      return [name, arm ?? { name: nameOf(own), labels: own }];
    }),
  );
};

/** Arms without the axes of the grid, each with its settings: what a study compares in the end. */
export const methodsAmong = ({ arms, nameOf }: OwnArms, gridAxes: readonly string[]): readonly Candidates[] => {
  const withoutGrid = ({ labels = {} }: ReportArm): Labels =>
    Object.fromEntries(Object.entries(labels).filter(([axis]) => !gridAxes.includes(axis)));
  const groups = groupBy(arms, (arm) => nameOf(withoutGrid(arm)));
  return [...groups].map(([name, own]) => ({ name, arms: own }));
};
