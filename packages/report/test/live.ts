import type { LiveState } from '../src/index.ts';

/** An invented experiment of which one run goes on. */
export const inventLive: LiveState = {
  title: 'Which p?',
  runs: 4,
  done: 1,
  failed: 0,
  share: 0.375,
  secondsLeft: 90,
  isOver: false,
  metric: 'accuracy (%)',
  running: [
    {
      id: 'a',
      name: 'method none, seed 1',
      phase: 'train',
      share: 0.5,
      step: 10,
      steps: 16,
      loss: 0.61,
      secondsLeft: 30,
      losses: [
        [5, 0.7],
        [10, 0.61],
      ],
      heldOut: [[8, 0.66]],
    },
  ],
  arms: [
    { name: 'none', done: 1, planned: 2, score: '81.00', mean: 81, low: null, high: null },
    { name: 'hiddenkey', done: 0, planned: 2, score: null, mean: null, low: null, high: null },
  ],
};
