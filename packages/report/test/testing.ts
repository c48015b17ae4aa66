/** Helpers of this package's tests that benchmarks and scripts use too. */
export { compare } from './specs.ts';
export { invent, methods } from './synthetic.ts';
