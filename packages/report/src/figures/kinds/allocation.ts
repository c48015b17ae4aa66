import type { Allocation } from '@lab/records';
import { caption } from '../../study/caption.ts';
import { armsOf, cellsOf, type ReportArm, type OverArms } from '../../study/arms/arm.ts';
import { curve } from '../../study/run.ts';
import type { Cell } from '../../study/study.ts';
import { withAlso, type FigureParts, type Part } from '../figure.ts';

/**
 * How often each module of an adapter was on, over training: modules down, steps across, one panel
 * for each arm.
 */
export interface AllocationFigure extends OverArms {
  readonly kind: 'allocation';
}

interface Tile {
  readonly step: string;
  readonly module: string;
  /** Share of runs in which the module was on. */
  readonly on: number;
  readonly runs: number;
}

const allocationsOf = (cells: readonly Cell[], arm: ReportArm): readonly Allocation[] =>
  cellsOf(cells, arm).flatMap((cell) => curve(cell).flatMap(({ allocations }) => allocations ?? []));

const tilesOf = (allocations: readonly Allocation[]): readonly Tile[] => {
  const steps = [...new Set(allocations.map(({ step }) => step))].sort((a, b) => a - b);
  return steps.flatMap((step) => {
    const here = allocations.filter((a) => a.step === step);
    return (here[0]?.modules ?? []).map(({ name }, i) => ({
      step: String(step),
      module: name,
      on: here.filter(({ modules }) => modules[i]?.on).length / here.length,
      runs: here.length,
    }));
  });
};

const panel = (tiles: readonly Tile[], title: string): Part => ({
  title: { text: title, fontSize: 10, offset: 3 },
  width: { step: 14 },
  height: { step: 11 },
  data: { values: tiles },
  mark: { type: 'rect', stroke: '#9A9A9A', strokeWidth: 0.3 },
  encoding: {
    x: {
      field: 'step',
      type: 'nominal',
      sort: null,
      title: 'step',
      axis: { labelAngle: 0, labelOverlap: true, labelSeparation: 7 },
    },
    y: { field: 'module', type: 'nominal', sort: null, title: '', axis: { labelLimit: 220, labelFontSize: 8 } },
    color: {
      field: 'on',
      type: 'quantitative',
      legend: {
        title: 'share of runs on',
        direction: 'horizontal',
        gradientLength: 120,
        gradientThickness: 8,
        values: [0, 0.5, 1],
        titleAnchor: 'start',
      },
      // Vega's own way between colours bends through another hue.
      scale: { domain: [0, 1], range: ['#FFFFFF', '#0B3A57'], interpolate: 'rgb' },
    },
    tooltip: [
      { field: 'module', type: 'nominal' },
      { field: 'step', type: 'nominal' },
      { field: 'on', type: 'quantitative', title: 'share of runs on', format: '.2f' },
      { field: 'runs', type: 'quantitative' },
    ],
  },
});

/** Two panels of more steps than this would be wider than a page. */
const mostStepsBeside = 16;

const stepsOf = (tiles: readonly Tile[]): readonly string[] => [...new Set(tiles.map(({ step }) => step))];

/**
 * Which modules a search switched on, over training: dark in all runs, white in none (HeteroLoRA).
 * Arms that searched nothing are left out.
 */
export const allocationFigure = (cells: readonly Cell[], spec: AllocationFigure): FigureParts => {
  const searched = armsOf(cells, spec.arms, spec.by)
    .map((arm) => ({ arm, allocations: allocationsOf(cells, arm) }))
    .filter(({ allocations }) => allocations.length > 0)
    .map(({ arm, allocations }) => ({ arm, allocations, tiles: tilesOf(allocations) }));
  const all = searched.flatMap(({ allocations }) => allocations);
  const warnings = [...new Set(all.flatMap(({ warning }) => warning ?? []))];
  const budgets = searched.map(({ arm, allocations }) => {
    const most = Math.max(...allocations.map(({ parameters }) => parameters));
    return `${arm.name}: at most ${most} parameters on, budget ${Math.max(...allocations.map(({ budget }) => budget))}`;
  });
  return {
    name: spec.name,
    title: spec.title,
    caption: caption(
      searched.flatMap(({ arm }) => cellsOf(cells, arm)),
      [
        `Share of runs in which a module was on from that step.`,
        ...[...budgets, ...warnings].map((part) => `${part}.`),
      ].join(' '),
      spec.differs,
    ),
    spec: withAlso(
      searched.map(({ arm, tiles }) => panel(tiles, arm.name)),
      searched.some(({ tiles }) => stepsOf(tiles).length > mostStepsBeside) ? 1 : 2,
      `${spec.title}: modules that are on, by step`,
    ),
    rows: searched.flatMap(({ arm, tiles }) => tiles.map((tile) => ({ arm: arm.name, ...tile }))),
  };
};
