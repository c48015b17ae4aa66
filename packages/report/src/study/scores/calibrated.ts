import {
  atTemperature,
  calibrationFloor,
  debiasedError,
  equalWidth,
  fitTemperature,
  measure,
  smoothCalibrationError,
  topBets,
  type Logits,
} from '@lab/metrics';

/** Outputs of a classification, [examples, classes], with the labels. */
export interface Labelled {
  readonly outputs: Logits;
  readonly labels: readonly number[];
}

type Scores = { readonly [metric: string]: number | null };

/** Bins of every ECE here. */
const bins = 15;

const debiased = ({ outputs, labels }: Labelled): number | null =>
  debiasedError(equalWidth(topBets(outputs, labels), bins));

/** Scores after one temperature, fitted on validation alone; null without validation outputs. */
const scaledScores = (test: Labelled, validation: Labelled | null): Scores => {
  const temperature = validation && fitTemperature(validation.outputs, validation.labels);
  if (temperature === null) return { temperature, 'nll-scaled': null, 'brier-scaled': null, 'ece-scaled': null };
  const scaled = { outputs: atTemperature(test.outputs, temperature), labels: test.labels };
  const classes = (test.outputs[0] ?? []).map((_, c) => String(c));
  const { nll = null, brier = null } = measure(
    { kind: 'classification', classes },
    ['nll', 'brier'],
    scaled.outputs,
    scaled.labels,
  );
  return { temperature, 'nll-scaled': nll, 'brier-scaled': brier, 'ece-scaled': debiased(scaled) };
};

/**
 * Metrics of confidences that need more than the plain scores; by name as `study/metric.ts` lists
 * them.
 */
export const calibratedNames = [
  'ece-debiased',
  'ece-floor',
  'ece-smooth',
  'temperature',
  'nll-scaled',
  'brier-scaled',
  'ece-scaled',
] as const;

/**
 * Calibration without its traps: ECE without sampling bias, the ECE that a perfectly calibrated
 * model would read, smooth ECE, and scores after one temperature fitted on validation. Null without
 * examples or where an output is not finite.
 */
export const calibratedScores = (test: Labelled, validation: Labelled | null): Scores | null => {
  if (test.labels.length === 0 || !test.outputs.every((row) => row.length > 1 && row.every(Number.isFinite)))
    return null;
  const bets = topBets(test.outputs, test.labels);
  return {
    'ece-debiased': debiased(test),
    'ece-floor': calibrationFloor(bets, bins),
    'ece-smooth': smoothCalibrationError(bets),
    ...scaledScores(test, validation),
  };
};
