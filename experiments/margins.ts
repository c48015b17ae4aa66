import type { Margin } from '@lab/report';

const points = (value: number, from: string): Margin => ({ value: value / 100, from });

/**
 * The papers' own effects, in the units of the runs: what a claim's effect must reach to matter.
 */
export const hiddenKeyAboveLora = points(1.41, 'HiddenKey, Table 1, mean of four tasks: 92.01 - 90.60');
export const klTerm = points(0.23, 'HiddenKey, Table 1, mean of four tasks: 92.01 - 91.78');
export const columnOfDropKey = points(0.1, 'HiddenKey, Table 1, mean of four tasks: 91.69 - 91.59 (column - element)');
export const elementOfHiddenCut = points(
  0.06,
  'HiddenKey, Table 1, mean of four tasks: 91.43 - 91.37 (element - span)',
);
export const dropKeyAboveDropAttention = points(0.75, 'HiddenKey, Table 1, mean of four tasks: 91.69 - 90.94 (column)');
export const rankPeak = points(0.5, 'our choice: half a point; the figure gives no number');
export const bleuAboveLora = points(1.26, 'HiddenKey, Table 2, GPT-2 medium on E2E: 69.76 - 68.50 BLEU');
export const bleuOfKl = points(0.41, 'HiddenKey, Table 2, GPT-2 medium on E2E: 69.76 - 69.35 BLEU');
export const bleuOfMinus = points(0.13, 'HiddenKey, Table 2, GPT-2 medium on E2E: 69.35 - 69.22 BLEU (HiddenCut)');
export const searchAboveLora = points(1.6, 'HeteroLoRA, abstract: 1.6 points on MRPC');

/** LoRA Dropout's table values could not be established from any public text, so these are ours. */
export const onePoint = points(1, 'our choice: one point; no number of the paper could be established');
export const calibrationMargin: Margin = {
  value: 0.01,
  from: 'our choice: .01; no number of the paper could be established',
};
export const lossMargin: Margin = {
  value: 0.02,
  from: 'our choice: .02 nats; no number of the paper could be established',
};

/** SD-LoRA, CLoRA and the chains report on images or large decoders; no effect carries over. */
export const onePointOfSequences = points(1, 'our choice: one point; the papers’ numbers are of other data and models');
