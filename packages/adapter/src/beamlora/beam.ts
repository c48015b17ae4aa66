import { layoutOf, pack, tf, unpack, type Params } from '@lab/engine';
import type { AdapterState, Moments, ParamSpec, StepCount } from '../adapter.ts';
import { tensorAt } from '../named.ts';

/** Score of each rank: r softmax(p / tau), one at the start. p: [r] -> [r]. */
export const rankScores = (p: tf.Tensor, r: number, tau: number): tf.Tensor =>
  tf.mul(tf.softmax(tf.div(tf.reshape(p, [1, r]), tau)), r);

/** When ranks are kept for later, and when they are replaced. */
export interface BeamPlan {
  /** Share of the training between two replacements. */
  readonly every: number;
  /** Cumulative share of the scores that is kept, at the end; it falls from 1 by half a cosine. */
  readonly keep: number;
}

/**
 * What happens after step `step` (from 0): T steps lie between replacements, T/2 after each the
 * state is cached, none falls in the last T.
 */
export const beamAt = ({ every, keep }: BeamPlan, { step, steps }: StepCount) => {
  const T = Math.max(2, Math.round(every * steps));
  const done = step + 1;
  return {
    cache: Number(done % T === Math.floor(T / 2)),
    replace: Number(done % T === 0 && steps - done >= T),
    threshold: keep + ((1 - keep) * (1 + Math.cos((Math.PI * done) / steps))) / 2,
  };
};

/**
 * Position of every rank by falling share, 0 the largest; among equals the earlier one: [r].
 * Counted over all pairs, without a sort.
 */
const positionsOf = (shares: tf.Tensor, r: number): tf.Tensor => {
  const [row, column] = [tf.reshape(shares, [r, 1]), tf.reshape(shares, [1, r])];
  const order = tf.tensor1d(Float32Array.from({ length: r }, (_, i) => i));
  const earlier = tf.less(tf.reshape(order, [1, r]), tf.reshape(order, [r, 1]));
  const above = tf.logicalOr(tf.greater(column, row), tf.logicalAnd(tf.equal(column, row), earlier));
  return tf.sum(tf.cast(above, 'float32'), 1);
};

/**
 * Which ranks are replaced, and by which: `kept` [r] of 0 and 1, and `copies` [r, r] with a 1 at
 * (i, j) where rank i is overwritten by rank j. Replaced are the ranks beyond the smallest set
 * whose cumulative share exceeds the threshold, at most half of them (r rounded up are kept); the
 * first of them in order takes the best rank, the next one the second best. shares: [r], summing to
 * one.
 */
export const replacement = (shares: tf.Tensor, r: number, threshold: tf.Tensor) => {
  const position = positionsOf(shares, r);
  const [row, column] = [tf.reshape(position, [r, 1]), tf.reshape(position, [1, r])];
  const before = tf.sum(tf.mul(tf.cast(tf.less(column, row), 'float32'), tf.reshape(shares, [1, r])), 1);
  const outside = tf.logicalAnd(tf.greater(before, threshold), tf.greaterEqual(position, Math.ceil(r / 2)));
  const dropped = tf.cast(outside, 'float32');
  // Those that fall are the last in order, so the best of the beam are as many places before them
  // as ranks stay.
  const stay = tf.sub(r, tf.sum(dropped));
  const source = tf.cast(tf.equal(column, tf.reshape(tf.sub(position, stay), [r, 1])), 'float32');
  return { kept: tf.sub(1, dropped), copies: tf.mul(source, tf.reshape(dropped, [r, 1])) };
};

/**
 * Rows, columns or entries of a factor with the dropped ranks taken from the cache. Both weights
 * are exactly 0 or 1.
 */
const refreshed = (name: string, now: tf.Tensor, old: tf.Tensor, kept: tf.Tensor, copies: tf.Tensor): tf.Tensor => {
  const [r] = kept.shape;
  if (name.endsWith('.lora_B'))
    return tf.add(tf.mul(now, tf.reshape(kept, [1, r])), tf.matMul(old, copies, false, true));
  const [rows, before] = [tf.reshape(now, [r, -1]), tf.reshape(old, [r, -1])];
  const next = tf.add(tf.mul(rows, tf.reshape(kept, [r, 1])), tf.matMul(copies, before));
  return tf.reshape(next, [...now.shape]);
};

const PARTS = ['theta', 'm', 'v'] as const;

/**
 * Caches parameters and moments halfway, and replaces weak ranks by what the strong ones were then,
 * moments included.
 */
export const beamState = (
  own: readonly ParamSpec[],
  paths: readonly string[],
  r: number,
  tau: number,
  plan: BeamPlan,
): AdapterState => {
  const layout = layoutOf(own);
  return {
    slots: PARTS.map((part) => ({
      name: `beam/${part}`,
      shape: [layout.size],
      init: () => new Float32Array(layout.size),
    })),
    inputs: (at) => beamAt(plan, at),
    update: ({ params, slots, inputs, moments }) => {
      const { m, v } = moments();
      const now: { readonly [part in (typeof PARTS)[number]]: Params } = { theta: params, m, v };
      const cached = Object.fromEntries(
        PARTS.map((part) => [
          `beam/${part}`,
          tf.add(
            tf.mul(pack(layout, now[part]), tensorAt(inputs, 'cache')),
            tf.mul(tensorAt(slots, `beam/${part}`), tf.sub(1, tensorAt(inputs, 'cache'))),
          ),
        ]),
      );
      const moves = new Map(
        paths.map((path) => {
          const shares = tf.reshape(tf.div(rankScores(tensorAt(params, `${path}.lora_p`), r, tau), r), [r]);
          const { kept, copies } = replacement(shares, r, tensorAt(inputs, 'threshold'));
          const moved = tensorAt(inputs, 'replace');
          return [path, { kept: tf.sub(1, tf.mul(tf.sub(1, kept), moved)), copies: tf.mul(copies, moved) }] as const;
        }),
      );
      const next = (part: (typeof PARTS)[number]): Params => {
        const old = unpack(layout, cached[`beam/${part}`]);
        return {
          ...now[part],
          ...Object.fromEntries(
            own.map(({ name }) => {
              const { kept, copies } = moves.get(name.slice(0, name.lastIndexOf('.')))!;
              return [name, refreshed(name, now[part][name]!, old[name]!, kept, copies)];
            }),
          ),
        };
      };
      const after: Moments = { m: next('m'), v: next('v') };
      return { params: next('theta'), slots: cached, moments: after };
    },
  };
};
