import type { CurvePoint, RunConfig } from '@lab/records';
import type { Engine } from '@lab/engine';
import { scoreOf, type ScoreRule } from './curve.ts';
import type { Place } from './place.ts';

/** Evaluations without a lower validation loss that end training, where a config names none. */
const usualPatience = 3;

/**
 * Whether early stopping ends the training here: the best epoch lies `patience` evaluations back.
 */
export const stopsEarly = ({ select, train }: RunConfig, { best, cursor }: Pick<Place, 'best' | 'cursor'>): boolean => {
  if (select !== 'early-stopping' || !best || !cursor.best) return false;
  const chosen = cursor.best.epoch;
  return cursor.curve.filter(({ epoch }) => epoch > chosen).length >= (train.patience ?? usualPatience);
};

/**
 * The place with one more row of its curve, and with theta kept where this epoch is the best on
 * validation so far.
 */
export const selected = async (
  engine: Engine,
  rule: ScoreRule,
  { state, best, cursor }: Place,
  point: CurvePoint,
): Promise<Place> => {
  const next = { ...cursor, curve: [...cursor.curve, point], lossSum: 0, lossCount: 0, allocations: [] };
  const score = scoreOf(point.evaluations, rule);
  const better = score !== null && (!cursor.best || score > cursor.best.score);
  if (rule.select === 'last' || !better) return { state, best, cursor: next };
  if (best) engine.free([best]);
  const kept = engine.put(await engine.get(state.theta));
  return { state, best: kept, cursor: { ...next, best: { epoch: point.epoch, score } } };
};
