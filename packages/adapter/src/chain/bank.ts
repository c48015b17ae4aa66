import { tf, type Params } from '@lab/engine';
import type { Key } from '@lab/random';
import type { ParamSpec } from '../adapter.ts';
import type { LinearSpec } from '../model.ts';
import { tensorAt } from '../named.ts';
import { ranksOfLink } from './links.ts';

/** How one factor of a link begins: [rows, width] row-major, or zeros. */
export type FactorDraw = (key: Key, rows: number, width: number) => Float32Array;

export const zeros: FactorDraw = (_key, rows, width) => new Float32Array(rows * width);

/**
 * The factors of a map. `lora_A` [r, d_in] and `lora_B` [d_out, r] are those of the link that is
 * trained now. `past_A` [links r, d_in] and `past_B` [d_out, links r] are constants: ended links
 * stand in their blocks, and links to come have their draws there, of which one factor is zero.
 */
export const chainParams = (
  { path, dIn, dOut }: LinearSpec,
  { links, r }: { readonly links: number; readonly r: number },
  { A, B, fixed }: { readonly A: FactorDraw; readonly B: FactorDraw; readonly fixed?: 'A' | 'B' | undefined },
): readonly ParamSpec[] => {
  const ranks = links * r;
  const past = { decay: false, frozen: true } as const;
  return [
    { name: `${path}.lora_A`, shape: [r, dIn], decay: true, frozen: fixed === 'A', init: (key) => A(key, r, dIn) },
    { name: `${path}.lora_B`, shape: [dOut, r], decay: true, frozen: fixed === 'B', init: (key) => B(key, dOut, r) },
    { name: `${path}.past_A`, shape: [ranks, dIn], ...past, init: (key) => A(key, ranks, dIn) },
    { name: `${path}.past_B`, shape: [dOut, ranks], ...past, init: (key) => B(key, dOut, ranks) },
  ];
};

/** The rows of a link in [links r, d], as [r, d]. */
const rowsOfLink = (bank: tf.Tensor, here: tf.Tensor, links: number): tf.Tensor =>
  tf.addN(tf.split(tf.mul(bank, here), links, 0));

/** What of a factor, A or Bᵀ as rows [r, d], goes to the bank. */
export type StoreLink = (path: string, side: 'A' | 'B', rows: tf.Tensor) => tf.Tensor;

/**
 * Where `close` is 1, the factors of link `link` go to their block of the bank, through `store`,
 * and the next link takes its own from there. Where it is 0 everything stays to the last bit.
 */
export const closeLink = (
  paths: readonly string[],
  { links, r }: { readonly links: number; readonly r: number },
  params: Params,
  inputs: Params,
  store: StoreLink = (_path, _side, rows) => rows,
): Params => {
  const [link, close] = [tensorAt(inputs, 'link'), tensorAt(inputs, 'close')];
  const blockOf = (of: tf.Tensor) => tf.reshape(ranksOfLink(of, links, r), [links * r, 1]);
  const [here, next] = [tf.mul(blockOf(link), close), tf.mul(blockOf(tf.add(link, 1)), close)];
  const moved = paths.flatMap((path) =>
    (['A', 'B'] as const).flatMap((side) => {
      const rows = (x: tf.Tensor) => (side === 'A' ? x : tf.transpose(x));
      const own = rows(tensorAt(params, `${path}.lora_${side}`));
      const bank = rows(tensorAt(params, `${path}.past_${side}`));
      const begun = tf.add(tf.mul(own, tf.sub(1, close)), rowsOfLink(bank, next, links));
      const kept = tf.add(tf.mul(bank, tf.sub(1, here)), tf.mul(tf.tile(store(path, side, own), [links, 1]), here));
      return [[`${path}.lora_${side}`, rows(begun)] as const, [`${path}.past_${side}`, rows(kept)] as const];
    }),
  );
  return { ...params, ...Object.fromEntries(moved) };
};
