import { merge, type HostParams, type Model } from '@lab/adapter';
import { floats } from '@lab/engine';
import { BadInput, type Combine, type RunConfig } from '@lab/records';
import { combinedWeight } from './combine.ts';
import { leftsOf, type Left } from './left.ts';
import { meanOf } from './mean.ts';

/** The frozen weights of a run: the base model's, with the updates that joined them before it. */
export interface Base {
  readonly model: Model;
  /** The runs whose updates are part of the weights, in the order in which they joined. */
  readonly joined: readonly string[];
}

/**
 * W + the updates as one, their mean unless `combine` says otherwise: exactly what merging gives
 * where there is one.
 */
const withUpdates = (base: HostParams, lefts: readonly Left[], combine: Combine | undefined): HostParams => {
  const whole = lefts.map(({ blueprint, params, share }) => ({
    share,
    params: merge(blueprint.adapter, base, params),
  }));
  const changed = new Set(
    whole.flatMap(({ params }) => Object.keys(params).filter((name) => params[name] !== base[name])),
  );
  const nothing = floats(new Float32Array());
  const together = (name: string) => {
    const parts = whole.map(({ params, share }) => ({ share, array: params[name] ?? nothing }));
    if (!combine) return [name, meanOf(parts)] as const;
    const versions = parts.map(({ array }) => array);
    return [name, combinedWeight(combine, base[name] ?? nothing, versions)] as const;
  };
  return { ...base, ...Object.fromEntries([...changed].map(together)) };
};

/**
 * The frozen weights that a run is trained on. A run that starts from an adapter has those that the
 * adapter was trained on; one that starts from merged weights has them with the update added. This
 * goes back through every stage before it. Throws `BadInput` where several runs that it starts from
 * were trained on different weights, and for an adapter that cannot be merged.
 */
export const baseOf = (config: RunConfig, model: Model, out: string): Base => {
  const lefts = leftsOf(config, model, out);
  const bases = lefts.map((left) => baseOf(left.config, model, out));
  const [base = { model, joined: [] }] = bases;
  const other = bases.findIndex(({ joined }) => joined.join() !== base.joined.join());
  if (other > 0)
    throw new BadInput(`${lefts[other]?.where ?? 'from'} was trained on other weights than ${lefts[0]?.where}`);
  if (config.from?.take !== 'merged') return base;
  const { combine } = config.from;
  const weights = async () => withUpdates(await base.model.weights(), lefts, combine);
  // Read one by one, weights would come from the checkpoint again.
  const { eachWeight: _eachWeight, ...rest } = model;
  return { model: { ...rest, weights }, joined: [...base.joined, lefts.map(({ where }) => where).join(' + ')] };
};
