import { SITES, type SiteUse } from '@lab/adapter';
import { key, type Key } from '@lab/random';
import { tf, type HostArray, type Params } from '@lab/engine';
import {
  drawMasks,
  lawNames,
  methods,
  refusal,
  type DrawContext,
  type Dropout,
  type Noise,
  type PlannedMask,
} from '../src/index.ts';
import { COMPENSATIONS, STRUCTURES } from '../src/noise/axes.ts';

export const B = 3;
export const T = 5;
export const HEADS = 2;
export const WIDTH = 4;
export const R = 2;
export const DEPTH = 2;

/** Every site of a small two-layer model with LoRA on one linear map (4 -> 6) a layer. */
export const uses: readonly SiteUse[] = [
  { site: 'embedding', place: { path: 'embedding', layer: 0 }, shape: [B, T, WIDTH] },
  ...[0, 1].flatMap((layer): SiteUse[] => {
    const block = { path: `layer.${layer}.block`, layer };
    const linear = { path: `layer.${layer}.linear`, layer };
    return [
      { site: 'lora.input', place: linear, shape: [B, T, WIDTH] },
      { site: 'lora.A', place: linear, shape: [R, WIDTH] },
      { site: 'lora.rank', place: linear, shape: [B, T, R] },
      { site: 'lora.B', place: linear, shape: [6, R] },
      { site: 'lora.delta', place: linear, shape: [B, T, 6] },
      { site: 'attention.logits', place: block, shape: [B, HEADS, T, T] },
      { site: 'attention.weights', place: block, shape: [B, HEADS, T, T] },
      { site: 'ffn.intermediate', place: block, shape: [B, T, 6] },
      { site: 'ffn.hidden', place: block, shape: [B, T, WIDTH] },
    ];
  }),
  { site: 'output', place: { path: 'pool', layer: 1 }, shape: [B, WIDTH] },
];

export const context: DrawContext = { lengths: Int32Array.of(5, 3, 1), causal: false, progress: 0.5 };

export const root: Key = key(20240415);

export const noiseOf = (part: Pick<Noise, 'site' | 'structure'> & Partial<Noise>): Noise => ({
  compensation: 'none',
  p: 0.3,
  scope: part.site === 'lora.A' || part.site === 'lora.B' ? 'batch' : 'example',
  layers: 'all',
  ...part,
});

/** Every point of site x structure x compensation x scope x law that means something. */
export const points: readonly Noise[] = SITES.flatMap((site) =>
  STRUCTURES.flatMap((structure) =>
    COMPENSATIONS.flatMap((compensation) =>
      (['batch', 'example'] as const).flatMap((scope) =>
        lawNames.map((law) => noiseOf({ site, structure, compensation, scope, law })),
      ),
    ),
  ),
).filter((noise) => refusal(noise) === undefined);

/** A method of the catalogue; `custom` gets the noise that it needs. */
export const build = (name: string, options: object = {}): Dropout => {
  const needed = name === 'custom' ? { noise: [{ site: 'lora.input', structure: 'element', p: 0.3 }] } : {};
  return methods.build(methods.parse({ name, ...needed, ...options }));
};

/** Entry i of a list; throws where there is none. */
export const entry = (values: ArrayLike<number>, i: number): number => {
  const value = values[i];
  if (value === undefined) throw new RangeError(`no entry ${i} among ${values.length}`);
  return value;
};

/** Drawn arrays as tensors, by name. */
export const toTensors = (drawn: { readonly [name: string]: HostArray }): Params =>
  Object.fromEntries(
    Object.entries(drawn).map(([name, { dtype, shape, data }]) => [name, tf.tensor(data, [...shape], dtype)]),
  );

/** The drawn masks of a plan in its order, without rates. */
export const maskList = (
  plan: readonly PlannedMask[],
  key: Key,
  given: DrawContext,
): readonly (HostArray & { readonly name: string })[] => {
  const drawn = drawMasks(plan, key, given);
  return plan.map(({ name }) => {
    const array = drawn[name];
    if (!array) throw new Error(`no mask ${name}`);
    return { name, ...array };
  });
};

/** A mask spread over its value's shape, row-major. */
export const spread = ({ shape, data }: HostArray, valueShape: readonly number[]): Float32Array =>
  tf.tidy(() => tf.broadcastTo(tf.tensor(Float32Array.from(data), [...shape]), [...valueShape]).dataSync<'float32'>());
