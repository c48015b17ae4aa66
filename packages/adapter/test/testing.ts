/** Helpers of this package's tests that benchmarks and scripts use too. */
export { CASES, filesOf, inputs } from './peft-cases.ts';
export { linears, weights } from './tiny.ts';
