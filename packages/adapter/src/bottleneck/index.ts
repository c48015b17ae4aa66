import { tf } from '@lab/engine';
import { z } from 'zod';
import type { Adapter, ParamSpec } from '../adapter.ts';
import { affine } from '../pass/affine.ts';
import { kaimingUniform } from '../lora/init.ts';
import type { Model } from '../model.ts';
import type { Place } from '../pass/site.ts';
import { matrixAt, vectorAt } from '../named.ts';

const ACTIVATIONS = { relu: tf.relu, tanh: tf.tanh, sigmoid: tf.sigmoid } as const;

export const bottleneckOptions = z.object({
  size: z.number().int().min(1).default(16).describe('width of the bottleneck'),
  activation: z.enum(['relu', 'tanh', 'sigmoid']).default('relu').describe('nonlinearity inside the bottleneck'),
});

type Kind = 'attention' | 'ffn';

interface Sublayer extends Place {
  readonly kind: Kind;
  readonly width: number;
}

/**
 * A model's sublayers by its own sites: where attention scores and where feed-forward outputs are,
 * with the width of a layer.
 */
const sublayers = (model: Model): readonly Sublayer[] => {
  const uses = model.sites(1, 1);
  const hidden = uses.filter(({ site }) => site === 'ffn.hidden');
  const width = new Map(hidden.map(({ place, shape }) => [place.layer, shape.at(-1) ?? 0]));
  return uses.flatMap(({ site, place }): readonly Sublayer[] => {
    const kind: Kind | null = site === 'attention.logits' ? 'attention' : site === 'ffn.hidden' ? 'ffn' : null;
    return kind ? [{ kind, ...place, width: width.get(place.layer) ?? 0 }] : [];
  });
};

const paramsOf = ({ path, width }: Sublayer, size: number): readonly ParamSpec[] => [
  {
    name: `${path}.adapter_down.weight`,
    shape: [size, width],
    decay: true,
    init: (key) => kaimingUniform(key, size, width),
  },
  { name: `${path}.adapter_down.bias`, shape: [size], decay: false, init: () => new Float32Array(size) },
  {
    name: `${path}.adapter_up.weight`,
    shape: [width, size],
    decay: true,
    init: () => new Float32Array(width * size),
  },
  { name: `${path}.adapter_up.bias`, shape: [width], decay: false, init: () => new Float32Array(width) },
];

/**
 * h + U act(D h + d) + u after each sublayer of the given kinds, before its residual is added
 * (Houlsby et al. 2019, section 2.1). D: [size, width], U: [width, size] starting at zero, so that
 * training starts at the pretrained model.
 */
export const bottleneck = (
  model: Model,
  kinds: readonly Kind[],
  { size, activation }: z.infer<typeof bottleneckOptions>,
): Adapter => {
  const places = sublayers(model).filter(({ kind }) => kinds.includes(kind));
  const paths = new Set(places.map(({ path }) => path));
  return {
    targets: [],
    params: places.flatMap((place) => paramsOf(place, size)),
    sites: () => [],
    linear: (_spec, x, base) => affine(x, base),
    sublayer: (kind, { path }, output, _input, params) => {
      if (!kinds.includes(kind) || !paths.has(path)) return output;
      const map = (name: string) => ({
        W: tf.transpose(matrixAt(params, `${path}.${name}.weight`)),
        b: vectorAt(params, `${path}.${name}.bias`),
      });
      const inner = ACTIVATIONS[activation](affine(output, map('adapter_down')));
      return tf.add(output, affine(inner, map('adapter_up')));
    },
  };
};
