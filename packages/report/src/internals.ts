/** What benchmarks and scripts take apart. Packages import each other through their index alone; lint keeps it so. */
export { iqm, probabilityOfImprovement, stratified } from './stats/across-tasks.ts';
export { median, sortedQuantile } from './stats/describe.ts';
export { hierarchicalInterval } from './stats/hierarchical.ts';
export { holm } from './stats/holm.ts';
export { bootstrapInterval, tInterval, type Interval } from './stats/interval.ts';
export { mcnemar } from './stats/mcnemar.ts';
export { detectableFactor } from './stats/power.ts';
export { signFlip } from './stats/sign-flip.ts';
export { hump, rising } from './stats/trend.ts';
