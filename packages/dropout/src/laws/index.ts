import { independentCoins } from './bernoulli.ts';
import { beforeSoftmax } from './before-softmax.ts';
import { gaussian } from './gaussian.ts';
import { inverseScaled } from './inverse.ts';
import { keepOneKey } from './keep-one-key.ts';
import type { Law } from './law.ts';
import type { NoiseKind } from '../noise/axes.ts';
import { normalised } from './normalised.ts';
import { span } from './span.ts';

/** Coins at a site, with what their structure and compensation ask for. */
const bernoulli = ({ site, structure, compensation }: NoiseKind): Law => {
  // A softmax or a division by the kept weights follows: every query needs a key.
  const guarded = site === 'attention.logits' || compensation.startsWith('normalised');
  const drawn = structure === 'span' ? span({ guarded }) : guarded ? keepOneKey : independentCoins;
  const kept = site === 'attention.logits' ? beforeSoftmax(drawn) : drawn;
  switch (compensation) {
    case 'none':
      return kept;
    case 'inverse':
      return inverseScaled(kept);
    case 'normalised':
      return normalised(kept, { stop: false });
    case 'normalised-stop':
      return normalised(kept, { stop: true });
  }
};

/** The laws that a noise may name. Adding a law is its file and its line here. */
export const laws = {
  bernoulli,
  gaussian: () => gaussian,
} satisfies { readonly [name: string]: (noise: NoiseKind) => Law };

export type LawName = keyof typeof laws;
export const lawNames = Object.keys(laws) as LawName[];

/** The law of a noise; coins where it names none. */
export const lawOf = (noise: NoiseKind & { readonly law?: LawName | undefined }): Law =>
  laws[noise.law ?? 'bernoulli'](noise);
