import { tf } from '@lab/engine';
import { asFactors } from './bernoulli.ts';
import { mapMoment, type Law } from './law.ts';

const inverseScale = (p: tf.Tensor | number): tf.Tensor | number =>
  typeof p === 'number' ? 1 / (1 - p) : tf.div(1, tf.sub(1, p));

/** A law of coins whose kept entries are scaled by 1/(1-p) (inverted dropout). */
export const inverseScaled = (law: Law): Law => ({
  ...law,
  apply: (value, mask, p) => tf.mul(value, tf.mul(asFactors(mask), inverseScale(p))),
  usesRate: true,
  mean: mapMoment(law.mean, (mean, p) => mean / (1 - p)),
  variance: mapMoment(law.variance, (variance, p) => variance / (1 - p) ** 2),
  refusal: (noise) =>
    noise.site === 'attention.logits'
      ? 'the softmax that follows already rescales the kept keys; compensation must be "none"'
      : law.refusal(noise),
});
