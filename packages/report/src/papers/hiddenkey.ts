import type { ReportArm } from '../study/arms/arm.ts';
import type { SweepFigure } from '../figures/kinds/sweep.ts';
import type { ProgressFigure } from '../figures/kinds/training.ts';
import type { GridTable } from '../tables/kinds/grid.ts';
import type { VersusTable } from '../tables/kinds/versus.ts';
import type { Claim, Margin } from '../verdict/claim.ts';

/**
 * Tables and figures of HiddenKey (Wang et al. 2024, arXiv 2403.00812), as specifications over our
 * arms.
 */
const grid = (
  table: number,
  title: string,
  arms: readonly ReportArm[],
  metrics: readonly string[],
  more: Partial<GridTable> = {},
): GridTable => ({
  kind: 'grid',
  name: `hiddenkey-table-${table}`,
  title: `HiddenKey, Table ${table}: ${title}`,
  arms,
  metrics,
  paper: { paper: 'HiddenKey', table: `T${table}` },
  ...more,
});

/** Table 1: positions, structures and compensations on understanding tasks. */
export const hiddenKeyTable1 = (arms: readonly ReportArm[]): GridTable =>
  grid(1, 'understanding', arms, ['score'], { differs: 'The paper prints medians over 5 seeds; ours are means.' });

/** Table 2: generation (E2E), `model` one of gpt2-medium, llama2-7b. */
export const hiddenKeyTable2 = (arms: readonly ReportArm[], model = 'gpt2-medium'): GridTable =>
  grid(2, 'generation, E2E', arms, ['bleu', 'nist', 'meteor', 'rouge-l', 'cider'], {
    average: false,
    paper: { paper: 'HiddenKey', table: 'T2', model },
  });

/** Table 3: generation (WebNLG). */
export const hiddenKeyTable3 = (arms: readonly ReportArm[]): GridTable =>
  grid(3, 'generation, WebNLG', arms, ['bleu', 'meteor', 'ter'], { average: false });

/** Table 4: further understanding tasks. */
export const hiddenKeyTable4 = (arms: readonly ReportArm[]): GridTable => grid(4, 'further tasks', arms, ['score']);

/** Table 5: a large decoder on understanding tasks. */
export const hiddenKeyTable5 = (arms: readonly ReportArm[]): GridTable => grid(5, 'a large decoder', arms, ['score']);

/**
 * Table 8: p values of HiddenKey against the others (`paper` names: LoRA, DropKey, HiddenCut,
 * HiddenKey-minus).
 */
export const hiddenKeyTable8 = (hiddenkey: ReportArm, against: readonly ReportArm[]): VersusTable => ({
  kind: 'versus',
  name: 'hiddenkey-table-8',
  title: 'HiddenKey, Table 8: HiddenKey against the others',
  arm: hiddenkey,
  against,
  metric: 'score',
  paper: { paper: 'HiddenKey', table: 'T8' },
  differs: 'Which test the paper uses could not be established.',
});

/** Figure 4: score against dropout rate, one line for each method and structure. */
export const hiddenKeyFigure4 = (arms: readonly ReportArm[]): SweepFigure => ({
  kind: 'sweep',
  name: 'hiddenkey-figure-4',
  title: 'HiddenKey, Figure 4: dropout rate by method',
  x: 'p',
  xTitle: 'dropout rate p',
  arms,
  metrics: ['score'],
});

/** Figure 5: score against the rank r. */
export const hiddenKeyFigure5 = (arms: readonly ReportArm[]): SweepFigure => ({
  kind: 'sweep',
  name: 'hiddenkey-figure-5',
  title: 'HiddenKey, Figure 5: rank',
  x: 'r',
  xTitle: 'LoRA rank r',
  log: true,
  arms,
  metrics: ['score'],
});

/** Figure 6: training loss and held-out score along training. */
export const hiddenKeyFigure6 = (arms: readonly ReportArm[]): ProgressFigure => ({
  kind: 'progress',
  name: 'hiddenkey-figure-6',
  title: 'HiddenKey, Figure 6: along training',
  arms,
  metrics: ['loss', 'score'],
});

/** The arms that the paper's claims speak of; leave out what an experiment does not run. */
export interface HiddenKeyClaimArms {
  /** DropKey and HiddenCut by structure. */
  readonly dropkey?: { readonly element: ReportArm; readonly column: ReportArm; readonly span: ReportArm };
  readonly hiddencut?: { readonly element: ReportArm; readonly column: ReportArm; readonly span: ReportArm };
  readonly hiddenkey?: ReportArm;
  readonly minus?: ReportArm;
  /**
   * HiddenKey-minus with one more dropout (DropAttention, input, output): the sufficiency claim.
   */
  readonly additions?: readonly ReportArm[];
  /** Largest gain that still counts as none; default: the paper's own effect of the KL term. */
  readonly margin?: Margin;
}

/** The paper's claims that the given arms allow to test. */
export const hiddenKeyClaims = ({
  dropkey,
  hiddencut,
  hiddenkey,
  minus,
  additions = [],
  margin = { value: 0.0023, from: 'the effect of the KL term in HiddenKey, Table 1: 92.01 - 91.78 points' },
}: HiddenKeyClaimArms): Claim[] => [
  ...(dropkey
    ? [
        {
          id: 'dropkey-column',
          text: 'Column is the best structure for DropKey',
          source: 'HiddenKey, Table 1',
          test: { kind: 'better', arm: dropkey.column, than: [dropkey.element, dropkey.span], metric: 'score' },
        } as const,
      ]
    : []),
  ...(hiddencut
    ? [
        {
          id: 'hiddencut-element',
          text: 'Element is the best structure for HiddenCut',
          source: 'HiddenKey, Table 1',
          test: { kind: 'better', arm: hiddencut.element, than: [hiddencut.column, hiddencut.span], metric: 'score' },
        } as const,
      ]
    : []),
  ...(hiddenkey && minus
    ? [
        {
          id: 'kl-helps',
          text: 'The KL consistency loss helps',
          source: 'HiddenKey, Table 1',
          test: { kind: 'better', arm: hiddenkey, than: [minus], metric: 'score' },
        } as const,
      ]
    : []),
  ...(minus
    ? additions.map((arm) => ({
        id: `sufficiency-${arm.name}`,
        text: `Adding ${arm.name} to HiddenKey-minus gives nothing further`,
        source: 'HiddenKey, Table 1',
        test: { kind: 'no-gain', arm, than: minus, metric: 'score', margin } as const,
      }))
    : []),
];
