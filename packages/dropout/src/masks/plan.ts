import type { SiteUse } from '@lab/adapter';
import type { HostArray } from '@lab/engine';
import { BadInput } from '@lab/records';
import { lawOf } from '../laws/index.ts';
import { noiseLabel } from '../noise/check.ts';
import { actsAt } from '../noise/layers.ts';
import { isSchedule, isZero, rateAt } from '../noise/rate.ts';
import { maskShape } from '../noise/structure.ts';
import type { Noise, PlannedMask } from '../types.ts';

const checkDepth = ({ p, layers, site }: Noise, depth: number): void => {
  if (typeof p === 'object' && !isSchedule(p) && p.byLayer.length !== depth)
    throw new BadInput(
      `dropout: key "p" at ${site}: byLayer lists ${p.byLayer.length} rates, but the model has ${depth} layers`,
    );
  const outside = typeof layers === 'string' ? undefined : layers.find((layer) => layer >= depth);
  if (outside !== undefined)
    throw new BadInput(
      `dropout: key "layers" at ${site}: no layer ${outside}; the model's layers are 0 to ${depth - 1}`,
    );
};

/**
 * The masks that one forward pass of a batch shape needs, in the order of `noise` and then of
 * `uses`. A noise whose rate is exactly 0 plans nothing. `depth` is the number of layers. Throws
 * `BadInput` for a noise that could act nowhere: a rate that does nothing is a mistake.
 */
export const planMasks = (noise: readonly Noise[], uses: readonly SiteUse[], depth: number): readonly PlannedMask[] =>
  noise.flatMap((one, i) => {
    if (isZero(one.p)) return [];
    checkDepth(one, depth);
    const index = noise.slice(0, i).filter(({ site }) => site === one.site).length;
    const law = lawOf(one);
    const planned = uses
      .filter(({ site, place }) => site === one.site && actsAt(one, place.layer, depth))
      .map(({ site, place, shape }) => ({
        name: `mask/${site}/${place.path}${index === 0 ? '' : `#${index}`}`,
        site,
        place,
        noise: one,
        law,
        index,
        valueShape: shape,
        maskShape: maskShape(one, shape),
      }));
    if (planned.length > 0) return planned;
    const offered = [...new Set(uses.map(({ site }) => site))].join(', ');
    throw new BadInput(
      `dropout: noise at ${noiseLabel(one)} would act nowhere; ` +
        `this model and adapter offer the sites ${offered || 'none'}`,
    );
  });

/**
 * Name of the input that brings a mask's rate where it moves along training and the law needs it;
 * undefined elsewhere.
 */
export const movingRate = ({ noise, law, site, index }: PlannedMask): string | undefined =>
  law.usesRate && isSchedule(noise.p) ? `rate/${site}${index === 0 ? '' : `#${index}`}` : undefined;

/** The moving rates of a plan after a share `progress` of training, as scalars by name. */
export const rateInputs = (plan: readonly PlannedMask[], progress: number): { readonly [name: string]: HostArray } =>
  Object.fromEntries(
    plan.flatMap((planned): [string, HostArray][] => {
      const name = movingRate(planned);
      const rate = rateAt(planned.noise.p, planned.place.layer, progress);
      return name === undefined ? [] : [[name, { dtype: 'float32', shape: [], data: Float32Array.of(rate) }]];
    }),
  );
