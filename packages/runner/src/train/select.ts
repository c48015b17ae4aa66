import type { CurvePoint, RunConfig } from '@lab/records';
import type { Engine } from '@lab/engine';
import { scoreOf, type Headline } from './curve.ts';
import type { Place } from './place.ts';

/** What a selection goes by. */
export interface Selection {
  readonly config: Pick<RunConfig, 'select'>;
  readonly headline: Headline;
  /** The task's main metric. */
  readonly metric: string;
}

/**
 * The place with one more row of its curve, and with theta kept where this epoch is the best on
 * validation so far.
 */
export const selected = async (
  engine: Engine,
  { config, headline, metric }: Selection,
  { state, best, cursor }: Place,
  point: CurvePoint,
): Promise<Place> => {
  const next = { ...cursor, curve: [...cursor.curve, point], lossSum: 0, lossCount: 0, allocations: [] };
  const score = scoreOf(point.evaluations, headline, metric);
  const better = score !== null && (!cursor.best || score > cursor.best.score);
  if (config.select !== 'best-validation' || !better) return { state, best, cursor: next };
  if (best) engine.free([best]);
  const kept = engine.put(await engine.get(state.theta));
  return { state, best: kept, cursor: { ...next, best: { epoch: point.epoch, score } } };
};
