import type { Labels } from '@lab/records';
import type { Arm } from '../study/arm.ts';
import type { ReportSpec } from './spec.ts';

/** More arms than this make no readable table; the report then goes by the axis `method`. */
const mostArms = 60;

/**
 * A study that its reader wrote: what it asks, the labels of its arms, and the labels of the arm to
 * compare with.
 */
export interface OwnStudy {
  readonly name: string;
  readonly title: string;
  readonly question: string;
  /** Of every arm; gone through once, and no further than a table can show. */
  readonly arms: Iterable<Labels>;
  readonly baseline: Labels | null;
}

const nameOf = (labels: Labels): string => {
  const parts = Object.entries(labels).map(([axis, value]) => `${axis} ${value}`);
  return parts.length > 0 ? parts.join(', ') : 'all runs';
};

const armOf = (labels: Labels): Arm => ({ name: nameOf(labels), where: labels });

/** Every arm once; null when they are too many. */
const armsOf = (all: Iterable<Labels>): readonly Arm[] | null => {
  const arms = new Map<string, Arm>();
  for (const labels of all) {
    arms.set(nameOf(labels), armOf(labels));
    if (arms.size > mostArms) return null;
  }
  return [...arms.values()];
};

/**
 * The report of one's own study: every arm's scores, compared with the baseline where there is one.
 */
export const ownStudySpec = ({ name, title, question, arms: all, baseline: labels }: OwnStudy): ReportSpec => {
  const arms = armsOf(all);
  const shown = arms === null ? {} : { arms };
  const metrics = ['score', 'nll', 'ece'];
  const baseline = labels && armOf(labels);
  return {
    name,
    title,
    question,
    paper: 'none: an experiment from a file',
    claims: [],
    tables: [
      { kind: 'grid', name: 'scores', title: 'Scores', metrics, ...shown },
      ...(baseline
        ? [{ kind: 'compare', name: 'compared', title: 'Compared', baseline, metrics, ...shown } as const]
        : []),
    ],
    figures: [
      { kind: 'bars', name: 'score', title: 'Score', metric: 'score', ...(baseline ? { baseline } : {}), ...shown },
    ],
  };
};
