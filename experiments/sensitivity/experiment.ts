import type { ReportSpec } from '@lab/report';
import { grid, type Arm, type Experiment } from '@lab/runner';
import { ensembleBetter } from '../shared.ts';
import { embedded, quick, smoke } from '../embedded.ts';
import { onDeberta } from '../recipes/deberta.ts';
import { onMiniLm } from '../recipes/minilm.ts';
import { calibrationMargin, onePoint } from '../margins.ts';

const arm = ({ p, N }: { readonly p: number; readonly N: number }) => ({
  dropout: { name: 'lora-dropout', p, samples: N },
});

/** The rate at N = 4, and the sample count at p = .3; where the two cross there is one arm. */
const cross = (rates: readonly number[], counts: readonly number[]): readonly Arm[] => [
  ...grid({ p: rates, N: [4] }, arm),
  ...grid({ p: [0.3], N: counts.filter((n) => n !== 4) }, arm),
];

/** Rates and samples are choices: the paper's grids are not known. */
const ofFigure = cross([0, 0.05, 0.1, 0.2, 0.3, 0.5], [1, 2, 8]);

const alongRate = { name: 'LoRA Dropout, N = 4', where: { N: 4 } } as const;
const alongCount = { name: 'LoRA Dropout, p = 0.3', where: { p: 0.3 } } as const;
const readouts = <A extends { readonly name: string }>(base: A) => [
  { ...base, name: `${base.name}, ensemble`, readout: 'own' } as const,
  { ...base, name: `${base.name}, mean-field`, readout: 'mean-field' } as const,
  { ...base, name: `${base.name}, deterministic`, readout: 'deterministic' } as const,
];
const metrics = ['score', 'nll', 'ece'] as const;

const middle = { p: 0.3, N: 4 };
const ofMiddle = { name: 'p = 0.3, N = 4', where: middle };

export const sensitivityExperiment: Experiment<ReportSpec> = {
  name: 'sensitivity',
  title: 'Sensitivity to rate, samples and ensemble size',
  question:
    'How do score and calibration change with the dropout rate p, the number of samples N and the ensemble size M?',
  scales: {
    smoke: { summary: 'seconds', base: smoke, arms: cross([0, 0.3], [1]), seeds: [0] },
    quick: {
      summary: 'six settings, six seeds: minutes on two cores',
      base: quick,
      arms: cross([0, 0.1, 0.3, 0.5], [1, 2]),
      seeds: [0, 1, 2, 3, 4, 5],
    },
    embedded: {
      summary: 'nine settings, eight seeds: about two hours on two cores',
      base: embedded,
      arms: ofFigure,
      seeds: [0, 1, 2, 3, 4, 5, 6, 7],
    },
    real: {
      summary: 'MRPC with MiniLM, nine settings, three seeds: --data-dir, --weights, a night on two cores',
      base: onMiniLm('mrpc'),
      arms: ofFigure,
      seeds: [0, 1, 2],
    },
    paper: {
      summary: 'MRPC with DeBERTaV3-base, nine settings, five seeds: --data-dir, --weights, and a GPU',
      base: onDeberta('mrpc'),
      arms: ofFigure,
      seeds: [0, 1, 2, 3, 4],
    },
  },
  report: {
    name: 'sensitivity',
    title: 'Sensitivity to rate, samples and ensemble size',
    question:
      'How do score and calibration change with the dropout rate p, the number of samples N and the ensemble size M?',
    paper: 'LoRA Dropout (Lin et al. 2024), Figure 5',
    claims: [
      {
        id: 'inverted-u',
        text: 'The score rises with p, then falls',
        source: 'LoRA Dropout, Figure 5 left',
        test: { kind: 'inverted-u', arm: alongRate, x: 'p', metric: 'score', margin: onePoint },
      },
      {
        id: 'rises-with-n',
        text: 'The score rises with N',
        source: 'LoRA Dropout, Figure 5 right',
        test: { kind: 'rising', arm: alongCount, x: 'N', metric: 'score', margin: onePoint },
      },
      ensembleBetter(ofMiddle, 'deterministic', 'own'),
      ensembleBetter(ofMiddle, 'single-members'),
      ensembleBetter(ofMiddle, 'mean-field'),
      {
        id: 'calibration',
        text: 'Dropout lowers the calibration error',
        source: 'LoRA Dropout, Table 4 and Figure 3',
        test: {
          kind: 'better',
          arm: { name: 'p = 0.3, ensemble', where: middle, readout: 'own' },
          than: [{ name: 'p = 0', where: { p: 0 } }],
          metric: 'ece',
          margin: calibrationMargin,
        },
      },
    ],
    tables: [
      { kind: 'sweep', name: 'score-against-p', title: 'Score against p', x: 'p', metrics, arms: readouts(alongRate) },
      { kind: 'sweep', name: 'score-against-n', title: 'Score against N', x: 'N', metrics, arms: readouts(alongCount) },
      {
        kind: 'ensemble',
        name: 'score-against-m',
        title: 'Score against M',
        metrics,
        arms: [ofMiddle],
      },
    ],
    figures: [
      {
        kind: 'sweep',
        name: 'figure-5-p',
        title: 'Score against dropout rate p',
        x: 'p',
        xTitle: 'dropout rate p',
        metrics,
        arms: readouts(alongRate),
      },
      {
        kind: 'sweep',
        name: 'figure-5-n',
        title: 'Score against sample count N',
        x: 'N',
        xTitle: 'sample count N',
        log: true,
        metrics,
        arms: readouts(alongCount),
      },
      {
        kind: 'ensemble',
        name: 'ensemble-size',
        title: 'Score against ensemble size M',
        metrics,
        arms: [ofMiddle],
      },
    ],
  },
};
