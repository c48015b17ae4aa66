/**
 * What benchmarks and scripts take apart. Packages import each other through their index alone;
 * lint keeps it so.
 */
export { iqm, probabilityOfImprovement, stratified } from './stats/across-tasks.ts';
export { median, sortedQuantile } from './stats/describe.ts';
export { guardedMde, guardedPower } from './stats/guarded-power.ts';
export { holm } from './stats/holm.ts';
export type { Interval } from './stats/interval.ts';
export { mcnemar } from './stats/mcnemar.ts';
export { pairedTest, seedInterval } from './stats/paired-test.ts';
export { seedExampleInterval } from './stats/seed-example.ts';
export { slopes } from './stats/trend.ts';
export { sequentialLooks } from './stats/sequential.ts';
export { leaksOf } from './verdict/leak.ts';
export { judge } from './verdict/verdict.ts';
export { seedsToHold } from './verdict/needs.ts';
export { decideAll, decideNoGain, decidePeak, type VerdictStatus } from './verdict/decide.ts';
