import { tf } from '@lab/engine';
import type { StepCount } from '../adapter.ts';

/** The link that a step belongs to: `links` equal parts of the training. */
export const linkAt = ({ step, steps }: StepCount, links: number): number => Math.floor((step * links) / steps);

/** The first step of a link. */
const firstStep = (link: number, links: number, steps: number): number => Math.ceil((link * steps) / links);

/** Steps since the link of a step began. */
export const ageInLink = (at: StepCount, links: number): number =>
  at.step - firstStep(linkAt(at, links), links, at.steps);

/** Scalars of a step: its link, and 1 where the next step belongs to another link. */
export const linkInputs = (at: StepCount, links: number) => {
  const link = linkAt(at, links);
  const next = { ...at, step: at.step + 1 };
  return { link, close: Number(next.step < at.steps && linkAt(next, links) !== link) };
};

/** 1 for the ranks of a link, 0 for the others: [links * r]. */
export const ranksOfLink = (link: tf.Tensor, links: number, r: number): tf.Tensor => {
  const owner = tf.tensor1d(Float32Array.from({ length: links * r }, (_, i) => Math.floor(i / r)));
  return tf.cast(tf.equal(owner, link), 'float32');
};
