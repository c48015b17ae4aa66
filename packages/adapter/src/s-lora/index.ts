import { entry, itemAt } from '@lab/records';
import { dot, tf, type Params } from '@lab/engine';
import { z } from 'zod';
import type { Adapter } from '../adapter.ts';
import type { HostParams } from '../host-params.ts';
import { closeLink } from '../chain/bank.ts';
import { chain } from '../chain/index.ts';
import { ranksOfLink } from '../chain/links.ts';
import { deltaAt, loraDelta } from '../lora/delta.ts';
import { loraOptions } from '../lora/index.ts';
import { loraScale } from '../lora/scale.ts';
import { loraBranch, loraLinear } from '../lora/linear.ts';
import type { LinearSpec, Model } from '../model.ts';
import { floatsAt, matrixAt, tensorAt } from '../named.ts';
import { noNoise } from '../pass/site.ts';
import { citeSdLora } from '../sd-lora/cite.ts';
import { selectTargets } from '../targets.ts';

const options = loraOptions.extend({
  links: z.number().int().min(1).default(3).describe('directions learnt one after the other'),
  normalise: z
    .enum(['factors', 'product'])
    .default('factors')
    .describe('ended directions over |A| |B| (authors’ code), or over |B A| as printed'),
  start: z.number().positive().default(0.8).describe('start of every magnitude (authors’ code)'),
});

/** The constant that tells passes which link is trained: 1 at its place. */
const LINK = 'chain.link';

const firstOf = (links: number): Float32Array => Float32Array.from({ length: links }, (_, i) => Number(i === 0));

/** Keeps a quotient finite where a factor is zero. */
const TINY = 1e-12;

/**
 * What the two factors of a direction are divided by: their norms, or each the root of their
 * product's norm.
 */
const directionNorm = (
  kind: 'factors' | 'product',
  A: tf.Tensor2D,
  B: tf.Tensor2D,
): { readonly A: tf.Tensor; readonly B: tf.Tensor } => {
  const length = (square: tf.Tensor) => tf.sqrt(tf.add(square, TINY));
  if (kind === 'factors') return { A: length(tf.sum(tf.square(A))), B: length(tf.sum(tf.square(B))) };
  const square = tf.sum(tf.mul(tf.matMul(A, A, false, true), tf.matMul(B, B, true, false)));
  const root = tf.sqrt(length(tf.relu(square)));
  return { A: root, B: root };
};

/** The update of the direction in training and of those that have ended, from host parameters. */
const deltas = (
  past: { readonly r: number; readonly scale: number },
  { links, r, scale }: { readonly links: number; readonly r: number; readonly scale: number },
): Required<Pick<Adapter, 'delta' | 'noiselessDelta'>> => {
  const ended = ({ path, dIn, dOut }: LinearSpec, params: HostParams): Float32Array => {
    const magnitudes = floatsAt(params, `${path}.magnitude`);
    const gate = Float32Array.from({ length: links * r }, (_, k) => itemAt(magnitudes, Math.floor(k / r)));
    const [A, B] = [floatsAt(params, `${path}.past_A`), floatsAt(params, `${path}.past_B`)];
    return loraDelta(A, B, { ...past, dIn, dOut }, gate);
  };
  return {
    noiselessDelta: ended,
    delta: (spec, params) => {
      const now = dot(floatsAt(params, `${spec.path}.magnitude`), floatsAt(params, LINK));
      const before = ended(spec, params);
      return deltaAt(spec, params, { r, scale: scale * now }).map((x, i) => x + itemAt(before, i));
    },
  };
};

export const sLora = entry<[Model], Adapter, typeof options>({
  name: 's-lora',
  version: 2,
  summary: 'directions learnt one after the other and then fixed, their magnitudes trained to the end (one task)',
  cite: citeSdLora,
  options,
  build: ({ links, normalise, start, ...o }, model) => {
    const { r } = o;
    const targets = selectTargets(model.linears, o.target_modules);
    const paths = targets.map(({ path }) => path);
    const scale = loraScale(o);
    const past = { r: links * r, scale };
    const plain = chain({ targets, links, r, scale });
    /** The magnitude of each rank of the bank: [links r]. */
    const eachRank = (magnitudes: tf.Tensor) => tf.reshape(tf.tile(tf.reshape(magnitudes, [links, 1]), [1, r]), [-1]);
    const normOf = (params: Params, path: string) =>
      directionNorm(normalise, matrixAt(params, `${path}.lora_A`), matrixAt(params, `${path}.lora_B`));
    return {
      ...plain,
      params: [
        ...plain.params,
        ...paths.map((path) => ({
          name: `${path}.magnitude`,
          shape: [links],
          decay: false,
          init: () => new Float32Array(links).fill(start),
        })),
        { name: LINK, shape: [links], decay: false, frozen: true, init: () => firstOf(links) },
      ],
      linear: (spec, x, base, params, perturb) => {
        const of = (which: string) => matrixAt(params, `${spec.path}.${which}`);
        const magnitudes = tensorAt(params, `${spec.path}.magnitude`);
        const now = tf.sum(tf.mul(magnitudes, tensorAt(params, LINK)));
        const current = { A: of('lora_A'), B: of('lora_B'), scale, gate: now };
        const ended = { A: of('past_A'), B: of('past_B'), scale, gate: eachRank(magnitudes) };
        return tf.add(loraLinear(spec, x, base, current, perturb), loraBranch(spec, x, ended, noNoise));
      },
      ...deltas(past, { links, r, scale }),
      state: {
        ...plain.state,
        update: ({ params, inputs }) => {
          const close = tensorAt(inputs, 'close');
          const [link, next] = [tensorAt(params, LINK), ranksOfLink(tf.add(tensorAt(inputs, 'link'), close), links, 1)];
          const ending = tf.mul(link, close);
          const closed = closeLink(paths, { links, r }, params, inputs, (path, side, rows) =>
            tf.div(rows, normOf(params, path)[side]),
          );
          // The direction loses its length, and its magnitude takes it over: the update stays what
          // it was.
          const magnitudes = paths.map((path) => {
            const name = `${path}.magnitude`;
            const { A, B } = normOf(params, path);
            const grown = tf.mul(tensorAt(params, name), tf.mul(A, B));
            const kept = tf.mul(tensorAt(params, name), tf.sub(1, ending));
            return [name, tf.add(kept, tf.mul(grown, ending))] as const;
          });
          return { params: { ...closed, ...Object.fromEntries(magnitudes), [LINK]: next }, slots: {} };
        },
      },
    };
  },
});
