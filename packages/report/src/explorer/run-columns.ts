import { readingOf } from '../study/arms/arm.ts';
import { flatten, split } from '../study/flatten.ts';
import { curve, seedOf, taskOf, value } from '../study/run.ts';
import { heading, mainMetric, metricOf } from '../study/scores/metric.ts';
import type { Cell } from '../study/study.ts';
import { armName } from './arm-name.ts';
import type { CurveRow, KnobColumn, KnobValue, MeasureColumn, RunColumns, WordColumn } from './data.ts';

const short = (v: number | null | undefined): number | null =>
  v === null || v === undefined || !Number.isFinite(v) ? null : Number(v.toPrecision(5));

/** Distinct values with their index by run. */
const indexed = <T>(all: readonly T[]): { readonly values: readonly T[]; readonly index: readonly number[] } => {
  const places = new Map<T, number>();
  const index = all.map((v) => {
    const known = places.get(v) ?? places.size;
    places.set(v, known);
    return known;
  });
  return { values: [...places.keys()], index };
};

const wordColumn = (all: readonly string[]): WordColumn => {
  const { values, index } = indexed(all);
  return { words: values, index };
};

/** Numbers in rising order, words in the order of the runs, absent ones as -1. */
const knobColumn = (path: string, all: readonly (KnobValue | undefined)[]): KnobColumn => {
  const distinct = [...new Set(all)].filter((v) => v !== undefined);
  const numbers = distinct.filter((v) => typeof v === 'number');
  const values = numbers.length === distinct.length ? numbers.toSorted((a, b) => a - b) : distinct;
  const places = new Map(values.map((v, i) => [v, i]));
  return { path, values, index: all.map((v) => (v === undefined ? -1 : (places.get(v) ?? -1))) };
};

const curveRows = (cell: Cell): readonly CurveRow[] =>
  curve(cell).map(({ epoch, trainLoss, evaluations }) => {
    const heldOut =
      evaluations.find((e) => e.split !== 'train' && e.readout === 'mean-field') ??
      evaluations.find((e) => e.split !== 'train');
    return [epoch, short(trainLoss), short(heldOut?.metrics.nll), short(heldOut?.metrics[cell.record.result.metric])];
  });

const measured = ['score', 'nll', 'ece', 'train-seconds', 'memory'];

/** Settings that name the data set and the seed, which have columns of their own. */
const isOwnColumn = (path: string): boolean => path === 'seed' || path === 'dataset.name';

/**
 * The runs of a report as columns: what they scored on test under their own readout, what they
 * cost, the settings that differ, and their curves. `command` makes them again.
 */
export const runColumns = (cells: readonly Cell[], command: string | null): RunColumns => {
  const { common, own } = split(cells.map((c) => flatten(c.record.config)));
  const paths = [...new Set(own.flatMap((config) => Object.keys(config)))].filter((path) => !isOwnColumn(path));
  const readings = cells.map((cell) => readingOf(cell, { name: '' }));
  const measures = measured.map((name): MeasureColumn => {
    const metric = name === 'score' ? mainMetric(cells, name) : metricOf(name);
    const values = cells.map((cell, i) => {
      const v = value(cell, name, readings[i] ?? null);
      return v === null ? null : short(v * metric.scale);
    });
    return { name, title: heading(metric), better: metric.better, values };
  });
  const reasons = cells.flatMap(({ record: { result } }, i) =>
    result.reason === null ? [] : [[String(i), result.reason] as const],
  );
  return {
    ids: cells.map(({ record }) => record.result.id),
    arm: wordColumn(cells.map(armName)),
    task: wordColumn(cells.map(taskOf)),
    status: wordColumn(cells.map(({ record }) => record.result.status)),
    readout: wordColumn(
      readings.map((r) => (r === null ? 'none' : r.members > 1 ? `${r.readout} of ${r.members}` : r.readout)),
    ),
    engine: wordColumn(cells.map(({ record }) => record.surroundings.engine)),
    seed: cells.map(seedOf),
    reasons: Object.fromEntries(reasons),
    measures: measures.filter(({ values }) => values.some((v) => v !== null)),
    knobs: paths.sort().map((path) =>
      knobColumn(
        path,
        own.map((config) => config[path]),
      ),
    ),
    common,
    scoreTitle: heading(mainMetric(cells, 'score')),
    curves: cells.map(curveRows),
    command,
  };
};
