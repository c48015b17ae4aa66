import type { Arm, ReportSpec } from '@lab/report';
import type { Experiment, FileReport, Labels } from '@lab/runner';

/** More arms than this make no readable table; the report then goes by the axis `method`. */
const mostArms = 60;

const nameOf = (labels: Labels): string => {
  const parts = Object.entries(labels).map(([axis, value]) => `${axis} ${value}`);
  return parts.length > 0 ? parts.join(', ') : 'all runs';
};

/** Every arm of every scale, once; null when they are too many. */
const armsOf = ({ scales }: Experiment<FileReport>): readonly Arm[] | null => {
  const found = new Map<string, Arm>();
  for (const { arms } of Object.values(scales))
    for (const { labels } of arms) {
      found.set(nameOf(labels), { name: nameOf(labels), where: labels });
      if (found.size > mostArms) return null;
    }
  return [...found.values()];
};

/** The report of an experiment that came as a file: every arm's scores, compared with the baseline where the file names one. */
export const reportOf = (experiment: Experiment<FileReport>): ReportSpec => {
  const { name, title, question, report } = experiment;
  const arms = armsOf(experiment);
  const shown = arms === null ? {} : { arms };
  const metrics = ['score', 'nll', 'ece'];
  const baseline = report.baseline === null ? null : { name: nameOf(report.baseline), where: report.baseline };
  return {
    name,
    title,
    question,
    paper: 'none: an experiment from a file',
    claims: [],
    tables: [
      { kind: 'grid', name: 'scores', title: 'Scores', metrics, ...shown },
      ...(baseline
        ? [{ kind: 'compare' as const, name: 'compared', title: 'Compared', baseline, metrics, ...shown }]
        : []),
    ],
    figures: [
      { kind: 'bars', name: 'score', title: 'Score', metric: 'score', ...(baseline ? { baseline } : {}), ...shown },
    ],
  };
};
