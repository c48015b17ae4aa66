import { layoutOf, pack, tf, unpack, type Params } from '@lab/engine';
import type { AdapterState, ParamSpec } from '../adapter.ts';
import { tensorAt } from '../named.ts';
import { beamAt, gateCutoff, rankScores, replacement, type BeamPlan, type Replacement } from './beam.ts';

const PARTS = ['theta', 'm', 'v'] as const;
type Part = (typeof PARTS)[number];

/**
 * Rows of A, or columns of B, with the dropped ranks taken from the cache. Both weights are exactly
 * 0 or 1.
 */
const refreshed = (name: string, now: tf.Tensor, cached: tf.Tensor, { kept, copies }: Replacement): tf.Tensor => {
  const [r] = kept.shape;
  return name.endsWith('.lora_B')
    ? tf.add(tf.mul(now, tf.reshape(kept, [1, r])), tf.matMul(cached, copies, false, true))
    : tf.add(tf.mul(now, tf.reshape(kept, [r, 1])), tf.matMul(copies, cached));
};

/**
 * Gate values after a replacement: slot and source both take the mean of their two values. A source
 * of several slots takes the mean over them. p: [r] -> [r].
 */
export const sharedGates = (p: tf.Tensor, { kept, copies }: Replacement): tf.Tensor => {
  const [r] = kept.shape;
  const column = (x: tf.Tensor) => tf.reshape(x, [r, 1]);
  const means = tf.mul(tf.mul(tf.add(column(p), tf.matMul(copies, column(p))), 0.5), column(tf.sub(1, kept)));
  const slots = tf.sum(copies, 0);
  const idle = tf.cast(tf.equal(slots, 0), 'float32');
  const own = tf.mul(column(tf.mul(p, kept)), column(idle));
  const fromSlots = tf.div(tf.matMul(copies, means, true, false), column(tf.add(slots, idle)));
  return tf.reshape(tf.add(tf.add(own, fromSlots), means), [r]);
};

/** 1 for gates that a replacement leaves alone: neither slot nor source. */
const untouched = ({ kept, copies }: Replacement): tf.Tensor =>
  tf.mul(kept, tf.cast(tf.equal(tf.sum(copies, 0), 0), 'float32'));

/**
 * Caches parameters and moments halfway between replacements. At a replacement the ranks of all
 * maps are ranked together; those outside the kept share are overwritten by what their map's
 * strongest ranks were when they were cached, moments included. Gate values are shared, and their
 * moments start from zero.
 */
export const beamState = (
  own: readonly ParamSpec[],
  paths: readonly string[],
  { r, tau, ...plan }: BeamPlan & { readonly r: number; readonly tau: number },
): AdapterState => {
  const layout = layoutOf(own);
  const slotOf = (part: Part): string => `beam/${part}`;
  return {
    slots: PARTS.map((part) => ({
      name: slotOf(part),
      shape: [layout.size],
      init: () => new Float32Array(layout.size),
    })),
    inputs: (at) => beamAt(plan, at),
    update: ({ params, slots, inputs, moments }) => {
      const now: { readonly [part in Part]: Params } = { theta: params, ...moments() };
      const [cache, replace] = [tensorAt(inputs, 'cache'), tensorAt(inputs, 'replace')];
      const cached = (part: Part): tf.Tensor1D =>
        tf.add(tf.mul(pack(layout, now[part]), cache), tf.mul(tensorAt(slots, slotOf(part)), tf.sub(1, cache)));
      const caches = { theta: cached('theta'), m: cached('m'), v: cached('v') };
      const shares = paths.map((path) => {
        const scores = rankScores(tensorAt(params, `${path}.lora_p`), r, tau);
        return tf.reshape(tf.div(scores, r * paths.length), [r]);
      });
      const cut = gateCutoff(tf.concat(shares), tensorAt(inputs, 'threshold'));
      const moves = shares.map((share) => replacement(share, r, cut, replace));
      const next = (part: Part): Params => {
        const before = unpack(layout, caches[part]);
        const changed = paths.flatMap((path, i) => {
          const move = moves[i];
          if (!move) return [];
          const factor = (name: string) =>
            [name, refreshed(name, tensorAt(now[part], name), tensorAt(before, name), move)] as const;
          const gate = `${path}.lora_p`;
          const p = tensorAt(now[part], gate);
          return [
            factor(`${path}.lora_A`),
            factor(`${path}.lora_B`),
            [gate, part === 'theta' ? sharedGates(p, move) : tf.mul(p, untouched(move))] as const,
          ];
        });
        return { ...now[part], ...Object.fromEntries(changed) };
      };
      const entries = PARTS.map((part) => [slotOf(part), caches[part]] as const);
      return {
        params: next('theta'),
        slots: Object.fromEntries(entries),
        moments: { m: next('m'), v: next('v') },
      };
    },
  };
};
