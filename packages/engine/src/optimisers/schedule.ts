/** How the learning rate moves over a run. */
export interface Schedule {
  readonly peak: number;
  readonly steps: number;
  /** Share of steps with rising rate. */
  readonly warmup: number;
  readonly after: 'linear' | 'constant';
}

/**
 * Learning rate of a step (counted from 0): linear warm-up from 0 to the peak, then linear decay to 0 or constant.
 * As transformers' `get_linear_schedule_with_warmup`: the warm-up has ceil(steps * warmup) steps.
 */
export const learningRate = ({ peak, steps, warmup, after }: Schedule, step: number): number => {
  const rising = Math.ceil(steps * warmup);
  if (step < rising) return (peak * step) / Math.max(1, rising);
  if (after === 'constant') return peak;
  return (peak * Math.max(0, steps - step)) / Math.max(1, steps - rising);
};
