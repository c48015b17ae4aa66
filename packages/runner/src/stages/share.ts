import type { Dataset, Example } from '@lab/datasets';
import { fold, integer, key, permutation, type Key } from '@lab/random';
import { BadInput, itemAt, type RunConfig, type Share } from '@lab/records';
import { dirichlet } from './dirichlet.ts';

/** Where client k's examples begin: all have as many, or one more. */
const beginOf = (examples: number, clients: number, client: number): number =>
  Math.floor((examples * client) / clients);

/** Labels by random draws in which each has its weight. `u` in [0, 1). */
const drawn = (weights: readonly number[], u: number): number => {
  const total = weights.reduce((a, b) => a + b, 0);
  let left = u * total;
  const found = weights.findIndex((weight) => (left -= weight) < 0);
  return found >= 0 ? found : weights.findLastIndex((weight) => weight > 0);
};

/**
 * Rows of each client where its classes are uneven: it draws the shares of classes q ~ Dir(skew p),
 * p those of the whole split, then rows one by one, without return; a class that is used up is
 * drawn no more (Hsu, Qi and Brown 2019, https://arxiv.org/abs/1909.06335, section 3).
 */
const unevenParts = (labels: readonly number[], clients: number, skew: number, root: Key): readonly number[][] => {
  const n = labels.length;
  const order = [...permutation(fold(root, 'order'), n)];
  const classes = [...new Set(labels)].sort((a, b) => a - b);
  const waiting = classes.map((label) => order.filter((row) => labels[row] === label));
  const prior = waiting.map((rows) => rows.length / n);
  return Array.from({ length: clients }, (_, client) => {
    const own = fold(fold(root, 'client'), client);
    const q = dirichlet(
      fold(own, 'classes'),
      prior.map((p) => skew * p),
    );
    return Array.from({ length: beginOf(n, clients, client + 1) - beginOf(n, clients, client) }, (_row, i) => {
      const open = waiting.map((rows, c) => (rows.length > 0 ? itemAt(q, c) : 0));
      // All that it would draw is used up: whatever is left, by its number.
      const weights = open.some((weight) => weight > 0) ? open : waiting.map((rows) => rows.length);
      const row = itemAt(waiting, drawn(weights, integer(fold(own, i), 2 ** 32) / 2 ** 32)).pop();
      if (row === undefined) throw new Error('a client draws from classes that have rows');
      return row;
    });
  });
};

/**
 * Numbers of the rows that each client has: a partition of all rows into parts of equal size, or
 * one more. `labels` are the classes of the rows; without `skew` they play no part.
 */
export const clientRows = (
  labels: readonly number[],
  { clients, skew }: Omit<Share, 'client'>,
  root: Key,
): readonly (readonly number[])[] => {
  if (skew !== undefined) return unevenParts(labels, clients, skew, root);
  const order = [...permutation(fold(root, 'order'), labels.length)];
  return Array.from({ length: clients }, (_, client) =>
    order.slice(beginOf(order.length, clients, client), beginOf(order.length, clients, client + 1)),
  );
};

/**
 * A data set with the training rows of one client; validation and test stay whole. The division
 * hangs on the seed alone, so that every round and every method has the same one. Throws `BadInput`
 * for more clients than rows, and for uneven classes where the task has none.
 */
export const ofClient = (dataset: Dataset, { share, seed }: Pick<RunConfig, 'share' | 'seed'>): Dataset => {
  if (!share) return dataset;
  const { splits, task, name } = dataset;
  const rows: readonly Example[] = splits.train;
  if (share.clients > rows.length)
    throw new BadInput(`share: ${share.clients} clients, and ${name} has ${rows.length} training examples to divide`);
  if (share.skew !== undefined && task.kind !== 'classification')
    throw new BadInput(`share.skew: ${name} is a ${task.kind} task and has no classes; leave skew out`);
  const labels = rows.map(({ label }) => label);
  const own = itemAt(clientRows(labels, share, fold(key(seed), 'clients')), share.client);
  return { ...dataset, splits: { ...splits, train: own.map((row) => itemAt(rows, row)) } };
};
