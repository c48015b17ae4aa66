/** Helpers of this package's tests that benchmarks and scripts use too. */
export { hashIds } from './hash.ts';
export { CASES, compare, openCase } from './parity.ts';
export { readSentences } from './sentences.ts';
