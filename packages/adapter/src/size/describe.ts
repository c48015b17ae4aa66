import { adapters } from '../catalogue.ts';
import { adapterSize } from './count.ts';
import type { LinearSpec, Model } from '../model.ts';

/**
 * A transformer's skeleton, enough to build adapters for and to count their parameters: no weights,
 * no forward pass.
 */
export const plainModel = (width: number, layers: number): Model => {
  const nothing = (): never => {
    throw new Error('a skeleton has no weights and computes nothing');
  };
  const each = Array.from({ length: layers }, (_, layer) => layer);
  return {
    name: `a transformer of ${layers} layers and width ${width}`,
    width,
    layers,
    maxTokens: 1,
    causal: false,
    linears: each.flatMap((layer): readonly LinearSpec[] => {
      const map = (name: string, dIn: number, dOut: number) =>
        ({ path: `layer.${layer}.${name}`, layer, dIn, dOut, per: 'token' }) as const;
      return [
        ...['query', 'key', 'value', 'output'].map((name) => map(`attention.${name}`, width, width)),
        map('ffn.intermediate', width, 4 * width),
        map('ffn.output', 4 * width, width),
      ];
    }),
    weights: nothing,
    sites: () =>
      each.flatMap((layer) => [
        { site: 'attention.logits', place: { path: `layer.${layer}.attention`, layer }, shape: [1, 1, 1, 1] } as const,
        { site: 'ffn.hidden', place: { path: `layer.${layer}.ffn`, layer }, shape: [1, 1, width] } as const,
      ]),
    encode: nothing,
    pool: nothing,
    tokenize: nothing,
    pairs: 'bi-encoder',
  };
};

/**
 * The options that set how many parameters an adapter has, from the most general name to its own.
 */
const RANKS = ['r', 'init_r', 'size'] as const;

const thousands = (n: number): string => n.toLocaleString('en');

/**
 * Trained parameters of an adapter as a function of its rank r and the width d, for a layer with
 * six maps (four d x d, two d x 4 d), its other options at their defaults. Counted, not derived:
 * two widths and two ranks give the coefficients, a third of each checks them; where they do not
 * fit, counts are given instead.
 */
export const describeSize = (name: string): string => {
  const { options } = adapters.find(name);
  const rank = RANKS.find((option) => option in options.shape);
  // Four layers, divided by four: what only the first layer lacks (a shortcut between layers) is a
  // part of one layer.
  const layers = 4;
  const at = (d: number, r?: number): number =>
    adapterSize(adapters.build(adapters.parse({ name, ...(rank && r ? { [rank]: r } : {}) }), plainModel(d, layers))) /
    layers;
  const prunes = adapters.build(adapters.parse({ name }), plainModel(64, layers)).pruned !== undefined;
  const example = `${thousands(at(768, 8))} a layer at d = 768${rank ? `, ${rank} = 8` : ''}`;
  if (at(768, 8) === 0) return 'none beside the head';
  // c0 + c1 d + c2 r + c3 r d (+ c4 d^2), by differences on even numbers that every sharing scheme
  // divides.
  const [d, r] = [64, 8];
  const square = (at(3 * d, r) - 2 * at(2 * d, r) + at(d, r)) / (2 * d * d);
  const linear = (width: number, of: number) => at(width, of) - square * width * width;
  const both = (linear(2 * d, 2 * r) - linear(2 * d, r) - linear(d, 2 * r) + linear(d, r)) / (d * r);
  const byRank = (linear(d, 2 * r) - linear(d, r)) / r - both * d;
  const byWidth = (linear(2 * d, r) - linear(d, r)) / d - both * r;
  const rest = linear(d, r) - both * d * r - byRank * r - byWidth * d;
  const predicted = rest + byWidth * 768 + byRank * 24 + both * 768 * 24 + square * 768 * 768;
  if (Math.abs(predicted - at(768, 24)) > 0.5) return example;
  const letter = rank ?? 'r';
  const terms = (
    [
      [square, 'd²'],
      [both, `${letter} d`],
      [byWidth, 'd'],
      [byRank, letter],
      [rest, ''],
    ] as const
  )
    .filter(([c]) => Math.abs(c) > 1e-6)
    .map(([c, what]) => `${Number(c.toFixed(3))} ${what}`.trim());
  const change = prunes ? '; runs record the ranks and parameters that remain' : '';
  return `${terms.join(' + ')} a layer; ${example}${change}`;
};
