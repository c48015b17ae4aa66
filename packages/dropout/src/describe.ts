import type { Citation } from '@lab/records';
import { methods } from './catalogue.ts';
import type { LawName } from './laws/index.ts';
import { isZero } from './noise/rate.ts';
import type { Consistency, Evaluate } from './types.ts';
import type { Compensation, Structure } from './noise/axes.ts';
import type { Site } from '@lab/adapter';

/** A noise on the three axes, and its law. */
export interface NoiseAxes {
  readonly position: Site;
  readonly structure: Structure;
  readonly compensation: Compensation;
  readonly law: LawName;
}

/** Where a method stands on the three axes, at its defaults. */
export interface DropoutCard {
  readonly name: string;
  readonly summary: string;
  readonly cite: Citation;
  /** One for each noise; null where the config itself gives them. */
  readonly axes: readonly NoiseAxes[] | null;
  readonly consistency: Consistency['kind'] | null;
  readonly samples: number | null;
  readonly readout: Evaluate['readout'] | null;
  /** What the members of its ensemble are where they are not masks. */
  readonly ensembleOver: 'seeds' | null;
}

/** A method's axes and citation, for lists and tables. Throws `BadInput` for an unknown name. */
export const describeMethod = (name: string): DropoutCard => {
  const { summary, cite, options } = methods.find(name);
  const card = { name, summary, cite };
  // A method whose options have no complete defaults is whatever its config says.
  if (!options.safeParse({}).success)
    return { ...card, axes: null, consistency: null, samples: null, readout: null, ensembleOver: null };
  const {
    noise,
    testNoise = noise,
    consistency,
    samples,
    evaluate,
    ensembleOver,
  } = methods.build(methods.parse({ name }));
  const used = noise.length > 0 ? noise : testNoise;
  return {
    ...card,
    axes: used
      .filter(({ p }) => !isZero(p))
      .map(({ site: position, structure, compensation, law = 'bernoulli' }) => ({
        position,
        structure,
        compensation,
        law,
      })),
    consistency: consistency?.kind ?? null,
    samples,
    readout: evaluate.readout,
    ensembleOver: ensembleOver ?? null,
  };
};
