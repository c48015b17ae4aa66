/**
 * What benchmarks and scripts take apart. Packages import each other through their index alone;
 * lint keeps it so.
 */
export { iqm, probabilityOfImprovement, stratified } from './stats/intervals/across-tasks.ts';
export { median, sortedQuantile } from './stats/describe.ts';
export { guardedMde } from './stats/power/guarded-power.ts';
export { holm } from './stats/tests/holm.ts';
export type { Interval } from './stats/intervals/interval.ts';
export { mcnemar } from './stats/tests/mcnemar.ts';
export { pairedTest, seedInterval } from './stats/tests/paired-test.ts';
export { seedExampleInterval } from './stats/intervals/seed-example.ts';
export { slopes } from './stats/tests/trend.ts';
export type { LookPlan } from './stats/tests/sequential.ts';
export { leaksOf } from './verdict/leak.ts';
export { judge } from './verdict/verdict.ts';
export { seedsToHold } from './verdict/needs.ts';
export { decidePeak, type VerdictStatus } from './verdict/decide.ts';
