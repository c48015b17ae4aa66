import { itemAt } from '@lab/records';
import { fold, integer, normal, type Key } from '@lab/random';
import { range } from '../real/batch.ts';

/** Members that differ by normal noise around common logits. */
export interface Members {
  readonly classes: number;
  readonly labels: Int32Array;
  readonly members: readonly Float64Array[];
}

const [examples, classes] = [40, 4];

/**
 * M members on 40 examples of 4 classes; the examples are the same for one key, the noise is drawn
 * from `noiseKey`.
 */
export const syntheticMembers = (key: Key, noiseKey: Key, M: number, spread: number): Members => {
  const centre = normal(fold(key, 'centre'), examples * classes);
  return {
    classes,
    labels: Int32Array.from(range(examples), (i) => integer(fold(fold(key, 'label'), i), classes)),
    members: range(M).map((m) => {
      const noise = normal(fold(noiseKey, m), centre.length);
      return Float64Array.from(centre, (z, i) => 1.5 * z + spread * itemAt(noise, i));
    }),
  };
};
