/** Helpers of this package's tests that benchmarks and scripts use too. */
export { chromiumPath } from './browser.ts';
export { manyRunsPage } from './many-runs-page.ts';
export { compare } from './specs.ts';
export { invent, methods } from './synthetic.ts';
