import { tf, type Params } from '@lab/engine';
import type { Adapter, StepCount } from '../adapter.ts';

/** The link that a step belongs to: `links` equal parts of the training. */
export const linkAt = ({ step, steps }: StepCount, links: number): number => Math.floor((step * links) / steps);

/** The first step of a link. */
const firstStep = (link: number, links: number, steps: number): number => Math.ceil((link * steps) / links);

/** 1 for the ranks of the current link, 0 for the others: [links * r]. */
export const ranksOfLink = (link: tf.Tensor, links: number, r: number): tf.Tensor => {
  const owner = tf.tensor1d(Float32Array.from({ length: links * r }, (_, i) => Math.floor(i / r)));
  return tf.cast(tf.equal(owner, link), 'float32');
};

/**
 * A chain of updates sum_k s B_k A_k, of which link k alone is trained in the k-th part of the
 * training, with an optimiser started afresh. The links lie one behind the other in `lora_A` [links
 * r, d_in] and `lora_B` [d_out, links r]: a link that has not begun adds nothing, one that has
 * ended stays as it is, which is what merging it into W and starting anew computes.
 */
export const chain = (
  paths: readonly string[],
  links: number,
  r: number,
  /** 1 where a map takes part in the current link; absent: always. */
  takesPart?: (path: string, link: tf.Tensor) => tf.Tensor,
): Pick<Adapter, 'trainable' | 'age' | 'state'> => ({
  trainable: ({ link }: Params) => {
    const all = ranksOfLink(link!, links, r);
    return Object.fromEntries(
      paths.flatMap((path) => {
        const ranks = takesPart ? tf.mul(all, takesPart(path, link!)) : all;
        return [
          [`${path}.lora_A`, tf.reshape(ranks, [links * r, 1])],
          [`${path}.lora_B`, tf.reshape(ranks, [1, links * r])],
        ];
      }),
    );
  },
  age: (at) => at.step - firstStep(linkAt(at, links), links, at.steps),
  state: {
    slots: [],
    inputs: (at) => ({ link: linkAt(at, links) }),
    update: ({ params }) => ({ params, slots: {} }),
  },
});
