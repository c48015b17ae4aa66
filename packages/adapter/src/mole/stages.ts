import type { StepCount } from '../adapter.ts';

/**
 * Which part is trained in a step: expert 0 … experts - 1 one after the other in equal parts, then
 * the gates (`experts`) in the last `share` of the training.
 */
export const stageAt = ({ step, steps }: StepCount, experts: number, share: number): number => {
  const first = firstStep(experts, experts, share, steps);
  return step >= first ? experts : Math.min(experts - 1, Math.floor((step * experts) / Math.max(1, first)));
};

/** The first step of a stage. */
export const firstStep = (stage: number, experts: number, share: number, steps: number): number => {
  const gates = Math.round((1 - share) * steps);
  return stage === experts ? gates : Math.ceil((stage * gates) / experts);
};
