/** Helpers of this package's tests that benchmarks and scripts use too. */
export { corpusTable, tryBadInput } from './bad-input/corpus.ts';
export { lab } from './cli.ts';
export { damageCheckpoints, damageRecords, stopGently } from './faults/damage.ts';
export { cannotMount, fillDisk, lockFolder } from './faults/disk.ts';
export { cannotLimit, fillAtEveryWrite } from './faults/full/fill.ts';
export { killAtRandom } from './faults/kills.ts';
export { fuzz, fuzzTable } from './fuzz/fuzz.ts';
export { cannotMoveClock, moveClock } from './faults/move-clock.ts';
export { sleep } from './faults/processes.ts';
export { tableOf, type Row } from './faults/row.ts';
export { jumpClock, shareFolder, takeOver } from './faults/sharing.ts';
export { openStudy } from './faults/study.ts';
export { published, renderPublished } from './published.ts';
export { letters, tinyCheckpoint } from './tiny.ts';
