import type { Generation } from './options.ts';

type Rules = Pick<Generation, 'noRepeatNgram' | 'repetitionPenalty'>;

/** Tokens that would repeat an n-gram of the ids. */
const repeats = (ids: readonly number[], n: number): readonly number[] => {
  const tail = ids.slice(ids.length - n + 1).join();
  if (ids.length + 1 < n) return [];
  return ids.flatMap((id, i) => (i >= n - 1 && ids.slice(i - n + 1, i).join() === tail ? [id] : []));
};

const penalised = (score: number, penalty: number): number => (score < 0 ? score * penalty : score / penalty);

/**
 * Next-token scores under the rules, in transformers' order: first the repetition penalty (Keskar
 * et al. 2019, section 4.1; negative scores are multiplied), then n-grams that must not come again
 * get minus infinity. `ids`: prompt and text so far. Scores stay as they are.
 */
export const ruled = (scores: Float32Array, ids: readonly number[], rules: Rules): Float32Array => {
  const { noRepeatNgram: n, repetitionPenalty: penalty } = rules;
  if (n === 0 && penalty === 1) return scores;
  const out = Float32Array.from(scores);
  if (penalty !== 1) for (const id of new Set(ids)) out[id] = penalised(out[id] ?? 0, penalty);
  if (n > 0) for (const id of repeats(ids, n)) out[id] = -Infinity;
  return out;
};

/** log softmax of one row, in double precision. */
export const logProbabilities = (logits: Float32Array): Float32Array => {
  const most = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  let sum = 0;
  for (const x of logits) sum += Math.exp(x - most);
  const shift = most + Math.log(sum);
  return logits.map((x) => x - shift);
};

/** Mean of several members' logits, row by row (LoRA Dropout, section 3.3). */
export const meanLogits = (members: readonly (readonly Float32Array[])[]): readonly Float32Array[] => {
  const [first = [], ...others] = members;
  if (others.length === 0) return first;
  return first.map((row, r) =>
    row.map((x, i) => others.reduce((sum, rows) => sum + (rows[r]?.[i] ?? NaN), x) / members.length),
  );
};

/**
 * Logarithm of the mean of several members' probabilities, row by row (Gal and Ghahramani 2016,
 * section 4, here token by token).
 */
export const meanProbabilities = (members: readonly (readonly Float32Array[])[]): readonly Float32Array[] => {
  const [first = [], ...others] = members.map((rows) => rows.map(logProbabilities));
  return first.map((row, r) =>
    row.map((log, i) => {
      const logs = [log, ...others.map((rows) => rows[r]?.[i] ?? -Infinity)];
      const most = Math.max(...logs);
      if (most === -Infinity) return most;
      return most + Math.log(logs.reduce((sum, x) => sum + Math.exp(x - most), 0) / logs.length);
    }),
  );
};
