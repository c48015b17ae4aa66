import { itemAt, present } from '@lab/records';
import type { Handle } from '@lab/engine';
import { chunks, evaluationOrder, type Row } from '../session/rows/rows.ts';
import type { Batch } from '../step/batch.ts';
import type { Reading } from './read.ts';
import { openReader } from './reader.ts';
import type { Way } from './way.ts';

/** -log of the softmax probability of `label`, in nats. */
const lossOf = (logits: Float32Array, label: number): number => {
  const most = logits.reduce((a, x) => Math.max(a, x), -Infinity);
  return most + Math.log(logits.reduce((a, x) => a + Math.exp(x - most), 0)) - (logits[label] ?? NaN);
};

/** How many members there are, and how their logits become one model's. */
type Ensemble = Required<Pick<Way, 'members' | 'combine'>>;

/** Loss in nats of one batch's reference tokens, row by row, from the members' combined logits. */
const ensembleLosses = async (
  { session, key, pause }: Reading,
  theta: Handle,
  batch: Batch,
  { index, members, combine }: Ensemble & { readonly index: number },
): Promise<readonly number[]> => {
  const drawn: Float32Array[] = [];
  for (let member = 0; member < members; member++) {
    await pause();
    const masks = session.masks.member(batch, { key, member, index });
    drawn.push((await session.read('member', { theta, batch: batch.arrays, masks })).data);
  }
  const { labels, weights } = batch.arrays;
  const vocabulary = (drawn[0]?.length ?? 0) / labels.data.length;
  return batch.indices.map((_, b) => {
    let sum = 0;
    const start = itemAt(batch.starts, b);
    for (let at = start; at < start + itemAt(batch.lengths, b); at++) {
      if (!((weights.data[at] ?? 0) > 0)) continue;
      const [mean] = combine(drawn.map((logits) => [logits.subarray(at * vocabulary, (at + 1) * vocabulary)]));
      if (mean) sum += lossOf(mean, labels.data[at] ?? -1);
    }
    return sum;
  });
};

/** Summed loss of every row's reference tokens, in the order of `rows`. */
export const lossesOf = async (
  reading: Reading,
  theta: Handle,
  rows: readonly Row[],
  { pass, members, combine }: Way,
): Promise<readonly number[]> => {
  const { session, pause } = reading;
  const losses: number[] = Array.from({ length: rows.length });
  const reader = combine ? null : await openReader(reading, theta, { pass, member: 0 });
  try {
    for (const [index, indices] of chunks(evaluationOrder(rows), session.batchSize).entries()) {
      await pause();
      const batch = session.batch(rows, indices);
      const found = combine
        ? await ensembleLosses(reading, theta, batch, { index, members, combine })
        : (await present(reader).outputs(batch, index)).data;
      indices.forEach((row, b) => {
        losses[row] = found[b] ?? NaN;
      });
    }
  } finally {
    reader?.dispose();
  }
  return losses;
};
