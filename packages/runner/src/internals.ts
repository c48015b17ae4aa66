/** What benchmarks and scripts take apart. Packages import each other through their index alone; lint keeps it so. */
export { planRun } from './plan/config.ts';
export { blueprintOf, type Blueprint } from './session/blueprint.ts';
export { openPreparer } from './session/prepare.ts';
export { encodeRows, makeBatch, type Batch } from './step/batches.ts';
export { trainingMasks } from './step/masks.ts';
export { predictProgram, stepProgram } from './step/programs.ts';
export { decayVector, initialArrays, putAll, scalar, vector } from './step/state.ts';
