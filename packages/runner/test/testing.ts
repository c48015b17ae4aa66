/** Helpers of this package's tests that scripts use too. */
export { fingerprint, replay, REPLAYS } from './replay.ts';
