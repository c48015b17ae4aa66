import { caption } from '../../study/caption.ts';
import { armsOf, byTask, cellsOf, points, type OverArms } from '../../study/arms/arm.ts';
import { heading, mainMetric } from '../../study/scores/metric.ts';
import type { Cell } from '../../study/study.ts';
import { profileAt } from '../../stats/intervals/across-tasks.ts';
import { type FigureParts, stack } from '../figure.ts';
import { legendColumns } from '../parts/legend.ts';
import { colours, columnWidth, cycle, dashes } from '../parts/theme.ts';

export interface ProfileFigure extends OverArms {
  readonly kind: 'profile';
  readonly metric: string;
}

const steps = 60;

/**
 * Share of runs above each score, averaged over data sets: a higher curve is a better method
 * (Agarwal et al. 2021).
 */
export const profileFigure = (cells: readonly Cell[], spec: ProfileFigure): FigureParts => {
  const arms = armsOf(cells, spec.arms, spec.by);
  const m = mainMetric(cells, spec.metric);
  const sign = m.better === 'higher' ? 1 : -1;
  const profiles = arms.flatMap((arm) => {
    const scores = [...byTask(points(cells, arm, spec.metric)).values()].map((list) => list.map((p) => sign * p.value));
    return scores.length === 0 ? [] : [{ arm: arm.name, scores }];
  });
  const all = profiles.flatMap(({ scores }) => scores.flat());
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const rows = profiles.flatMap(({ arm, scores }) =>
    Array.from({ length: steps + 1 }, (_, i) => {
      const tau = low + ((high - low) * i) / steps;
      return { arm, score: sign * tau * m.scale, share: profileAt(scores, tau) };
    }),
  );
  const names = profiles.map(({ arm }) => arm);
  const legend = {
    title: null,
    columns: legendColumns(names),
    symbolType: 'stroke',
    symbolSize: 220,
    symbolStrokeWidth: 1.6,
  };
  const channel = (range: readonly unknown[]): object => ({
    field: 'arm',
    type: 'nominal',
    sort: names,
    legend,
    scale: { domain: names, range: cycle(range, names.length) },
  });
  return {
    name: spec.name,
    title: spec.title,
    caption: caption(
      arms.flatMap((arm) => cellsOf(cells, arm)),
      `Share of runs ${m.better === 'higher' ? 'above' : 'below'} the score on the x axis, ` +
        'averaged over data sets; the higher curve is better.',
      spec.differs,
    ),
    spec: stack(
      [
        {
          width: columnWidth,
          height: 140,
          data: { values: rows },
          mark: { type: 'line', interpolate: 'step-after', strokeWidth: 1.5 },
          encoding: {
            x: {
              field: 'score',
              type: 'quantitative',
              title: heading(m),
              scale: { zero: false, nice: false, reverse: sign < 0 },
            },
            y: { field: 'share', type: 'quantitative', title: 'share of runs', scale: { domain: [0, 1] } },
            stroke: channel(colours),
            strokeDash: channel(dashes),
          },
        },
      ],
      `${spec.title}: performance profiles over ${heading(m)}`,
    ),
    rows,
  };
};
