import type { ReportArm } from '../study/arms/arm.ts';
import type { BarsFigure } from '../figures/kinds/bars.ts';
import type { SweepFigure } from '../figures/kinds/sweep.ts';
import type { GapFigure, ProgressFigure } from '../figures/kinds/training.ts';
import type { GridTable } from '../tables/kinds/grid.ts';
import type { Claim } from '../verdict/claim.ts';

/**
 * Tables and figures of LoRA Dropout (Lin et al. 2024, arXiv 2404.09610), as specifications over
 * our arms.
 */
const differs =
  'The numbers of this table in the paper could not be established; ' +
  'the columns "paper" are the baselines it reuses from AdaLoRA.';

/**
 * Table 1: GLUE scores by task. Give arms a `paper` name of AdaLoRA's table (LoRA-r8,
 * AdaLoRA-1.27M) to line them up.
 */
export const loraDropoutTable1 = (arms: readonly ReportArm[]): GridTable => ({
  kind: 'grid',
  name: 'lora-dropout-table-1',
  title: 'LoRA Dropout, Table 1: scores by task',
  arms,
  metrics: ['score'],
  costs: ['trainable'],
  paper: { paper: 'AdaLoRA', table: 'T1', model: 'deberta-v3-base' },
  differs,
});

/** Table 2: question answering, exact match and F1, by budget (axis `r`). */
export const loraDropoutTable2 = (arms: readonly ReportArm[]): GridTable => ({
  kind: 'grid',
  name: 'lora-dropout-table-2',
  title: 'LoRA Dropout, Table 2: question answering by rank',
  arms,
  columns: 'r',
  average: false,
  metrics: ['em', 'f1'],
  paper: { paper: 'AdaLoRA', table: 'T2', model: 'deberta-v3-base' },
  differs,
});

/** Table 3: instruction tuning, accuracy on multiple-choice questions without examples. */
export const loraDropoutTable3 = (arms: readonly ReportArm[]): GridTable => ({
  kind: 'grid',
  name: 'lora-dropout-table-3',
  title: 'LoRA Dropout, Table 3: instruction tuning',
  arms,
  metrics: ['accuracy'],
  paper: { paper: 'LoRA Dropout', table: 'T3' },
});

/** Table 4: calibration error by task. */
export const loraDropoutTable4 = (arms: readonly ReportArm[]): GridTable => ({
  kind: 'grid',
  name: 'lora-dropout-table-4',
  title: 'LoRA Dropout, Table 4: expected calibration error',
  arms,
  metrics: ['ece'],
  paper: { paper: 'LoRA Dropout', table: 'T4' },
  differs: 'The number of bins in the paper is unknown; here 15.',
});

/** Figure 1: training and test loss along training. */
export const loraDropoutFigure1 = (arms: readonly ReportArm[]): GapFigure => ({
  kind: 'gap',
  name: 'lora-dropout-figure-1',
  title: 'LoRA Dropout, Figure 1: training and held-out loss',
  arms,
  metric: 'loss',
});

/** Figure 3: calibration error along training. */
export const loraDropoutFigure3 = (arms: readonly ReportArm[]): ProgressFigure => ({
  kind: 'progress',
  name: 'lora-dropout-figure-3',
  title: 'LoRA Dropout, Figure 3: calibration error along training',
  arms,
  metrics: ['ece'],
});

/** Figure 4: the four variants. `noDrop` is the baseline of the lower panel. */
export const loraDropoutFigure4 = (arms: readonly ReportArm[], noDrop: ReportArm): BarsFigure => ({
  kind: 'bars',
  name: 'lora-dropout-figure-4',
  title: 'LoRA Dropout, Figure 4: masks in training, ensemble at test',
  arms,
  metric: 'score',
  baseline: noDrop,
});

/** Figure 5, left: score, NLL and ECE against p; `references` are horizontal lines. */
export const loraDropoutFigure5p = (
  arms: readonly ReportArm[],
  references: readonly ReportArm[] = [],
): SweepFigure => ({
  kind: 'sweep',
  name: 'lora-dropout-figure-5-p',
  title: 'LoRA Dropout, Figure 5: dropout rate',
  x: 'p',
  xTitle: 'dropout rate p',
  arms,
  references,
  metrics: ['score', 'nll', 'ece'],
});

/** Figure 5, right: score, NLL and ECE against N. */
export const loraDropoutFigure5n = (
  arms: readonly ReportArm[],
  references: readonly ReportArm[] = [],
): SweepFigure => ({
  kind: 'sweep',
  name: 'lora-dropout-figure-5-n',
  title: 'LoRA Dropout, Figure 5: training samples',
  x: 'N',
  xTitle: 'training samples N',
  log: true,
  arms,
  references,
  metrics: ['score', 'nll', 'ece'],
});

/** The arms that the paper's claims speak of; leave out what an experiment does not run. */
export interface LoraDropoutClaimArms {
  /** Runs over p, and over N. */
  readonly overP?: ReportArm;
  readonly overN?: ReportArm;
  /** LoRA Dropout at its usual setting, plain LoRA, and masks at test alone. */
  readonly drop?: ReportArm;
  readonly plain?: ReportArm;
  readonly dropTest?: ReportArm;
}

/** The paper's claims that the given arms allow to test. */
export const loraDropoutClaims = ({ overP, overN, drop, plain, dropTest }: LoraDropoutClaimArms): Claim[] => [
  ...(overP
    ? [
        {
          id: 'inverted-u',
          text: 'The score rises with the dropout rate, then falls',
          source: 'LoRA Dropout, Figure 5',
          test: { kind: 'inverted-u', arm: overP, x: 'p', metric: 'score' },
        } as const,
      ]
    : []),
  ...(overN
    ? [
        {
          id: 'rises-with-n',
          text: 'The score rises with the number of samples N',
          source: 'LoRA Dropout, Figure 5',
          test: { kind: 'rising', arm: overN, x: 'N', metric: 'score' },
        } as const,
      ]
    : []),
  ...(drop
    ? [
        {
          id: 'ensemble-above-deterministic',
          text: 'The ensemble scores above the same weights without masks',
          source: 'LoRA Dropout, Figure 4',
          test: {
            kind: 'better',
            arm: { ...drop, name: 'ensemble', readout: 'ensemble' },
            than: [{ ...drop, name: 'deterministic', readout: 'deterministic' }],
            metric: 'score',
          },
        } as const,
      ]
    : []),
  ...(drop && plain
    ? [
        {
          id: 'drop-above-plain',
          text: 'LoRA Dropout scores above plain LoRA',
          source: 'LoRA Dropout, Table 1',
          test: { kind: 'better', arm: drop, than: [plain], metric: 'score' },
        } as const,
        {
          id: 'ece-lower',
          text: 'The calibration error is lower with dropout',
          source: 'LoRA Dropout, Table 4',
          test: { kind: 'better', arm: drop, than: [plain], metric: 'ece' },
        } as const,
      ]
    : []),
  ...(dropTest && plain
    ? [
        {
          id: 'drop-test-below',
          text: 'Masks at test alone score below no masks',
          source: 'LoRA Dropout, Figure 4',
          test: { kind: 'worse', arm: dropTest, than: [plain], metric: 'score' },
        } as const,
      ]
    : []),
];
