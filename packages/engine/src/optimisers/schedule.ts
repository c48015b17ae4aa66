/** How the learning rate moves over a run. */
export interface Schedule {
  readonly peak: number;
  readonly steps: number;
  /** Share of steps with rising rate. */
  readonly warmup: number;
  /** Steps with rising rate, in place of the share. */
  readonly warmupSteps?: number | undefined;
  readonly after: 'linear' | 'constant' | 'cosine';
}

/**
 * Learning rate of a step (counted from 0): linear warm-up from 0 to the peak, then constant,
 * linear decay to 0, or half a cosine to 0. As transformers' `get_linear_schedule_with_warmup` and
 * its siblings: a share of warm-up has ceil(steps * warmup) steps.
 */
export const learningRate = (schedule: Schedule, step: number): number => {
  const { peak, steps, warmup, warmupSteps = Math.ceil(steps * warmup), after } = schedule;
  if (step < warmupSteps) return (peak * step) / Math.max(1, warmupSteps);
  const falling = Math.max(1, steps - warmupSteps);
  switch (after) {
    case 'constant':
      return peak;
    case 'linear':
      return (peak * Math.max(0, steps - step)) / falling;
    case 'cosine':
      return (peak * (1 + Math.cos((Math.PI * (step - warmupSteps)) / falling))) / 2;
  }
};
