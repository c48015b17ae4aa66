import type { Citation } from '@lab/records';
import type { Arm } from './study/arm.ts';

interface Named {
  /** File name without ending: letters, digits, hyphens. */
  readonly name: string;
  readonly title: string;
  /** What differs from the paper, in one sentence; printed in the caption after the facts read from the runs. */
  readonly differs?: string;
}

/** Arms given one by one, or one for each value of the axis `by` (default: method). */
interface Armed extends Named {
  readonly arms?: readonly Arm[];
  readonly by?: string;
}

/** Rows of `paper/numbers.csv` to print beside ours. */
export interface PaperTable {
  readonly paper: string;
  readonly table: string;
  readonly model?: string;
  /** `named`: only what a row of ours names; absent: also the rows that only the paper has. */
  readonly rows?: 'named';
}

/** Every arm beside a baseline: scores, paired differences, tests, cost. */
export interface CompareTable extends Armed {
  readonly kind: 'compare';
  readonly baseline: Arm;
  /** First: the one that is tested. */
  readonly metrics: readonly string[];
  /** Readouts shown side by side for the first metric; default: deterministic and own. */
  readonly readouts?: readonly ('deterministic' | 'mean-field' | 'ensemble' | 'own')[];
}

/** Scores along one axis (p, N, r, …), with what changes from the first setting. */
export interface SweepTable extends Armed {
  readonly kind: 'sweep';
  readonly x: string;
  readonly metrics: readonly string[];
}

/** Scores by ensemble size, all sizes from one set of members, with the single passes as first rows. */
export interface EnsembleTable extends Armed {
  readonly kind: 'ensemble';
  readonly metrics: readonly string[];
}

/** The papers' usual shape: methods down, tasks (or another axis) across, mean last; the paper's own columns behind. */
export interface GridTable extends Armed {
  readonly kind: 'grid';
  /** Axis across; default: dataset. */
  readonly columns?: string;
  readonly metrics: readonly string[];
  readonly costs?: readonly string[];
  readonly average?: boolean;
  readonly paper?: PaperTable;
}

/** Over tasks: interquartile mean, probability of improvement on the baseline, share of tasks won. */
export interface AcrossTable extends Armed {
  readonly kind: 'across';
  readonly baseline: Arm;
  readonly metric: string;
}

/** What each rule for choosing a checkpoint would have reported, on the curve's held-out split. */
export interface SelectionTable extends Armed {
  readonly kind: 'selection';
  readonly metric: string;
}

/** One arm against several others (HiddenKey, Table 8). */
export interface VersusTable extends Named {
  readonly kind: 'versus';
  readonly arm: Arm;
  readonly against: readonly Arm[];
  readonly metric: string;
  readonly paper?: PaperTable;
}

/** Ensembles of several seeds' models beside one model and beside ensembles of masks (deep ensembles; MC dropout; LoRA Dropout). */
export interface DeepEnsembleTable extends Named {
  readonly kind: 'deep-ensemble';
  /** Arms whose seeds are members, read as each says; the first one's single models are what differences are taken to. */
  readonly arms: readonly Arm[];
  /** Arms whose mask ensembles stand beside. */
  readonly masks: readonly Arm[];
  readonly metrics: readonly string[];
}

export type TableSpec =
  | CompareTable
  | SweepTable
  | EnsembleTable
  | DeepEnsembleTable
  | GridTable
  | AcrossTable
  | SelectionTable
  | VersusTable;

export interface SweepFigure extends Armed {
  readonly kind: 'sweep';
  readonly x: string;
  readonly xTitle?: string;
  readonly metrics: readonly string[];
  /** Horizontal reference lines (plain LoRA). */
  readonly references?: readonly Arm[];
  readonly log?: boolean;
}

export interface EnsembleFigure extends Armed {
  readonly kind: 'ensemble';
  readonly metrics: readonly string[];
}

export interface BarsFigure extends Armed {
  readonly kind: 'bars';
  readonly metric: string;
  /** With one: a second panel of paired differences. */
  readonly baseline?: Arm;
}

export interface ForestFigure extends Armed {
  readonly kind: 'forest';
  readonly baseline: Arm;
  readonly metric: string;
  readonly perTask?: boolean;
}

/** Training and held-out curve of one metric, the gap between them shaded, one panel for each arm. */
export interface GapFigure extends Armed {
  readonly kind: 'gap';
  /** `loss` (training loss against held-out NLL) or a metric that was evaluated on both splits. */
  readonly metric: string;
}

/** Curves along training, one panel for each metric (`loss`: training loss; others on the held-out split). */
export interface ProgressFigure extends Armed {
  readonly kind: 'progress';
  readonly metrics: readonly string[];
}

export interface ReliabilityFigure extends Armed {
  readonly kind: 'reliability';
  readonly bins?: number;
}

export interface ParetoFigure extends Armed {
  readonly kind: 'pareto';
  readonly cost: string;
  readonly metric: string;
}

export interface HeatmapFigure extends Named {
  readonly kind: 'heatmap';
  readonly x: string;
  readonly y: string;
  readonly metric: string;
  /** Cells then show the paired difference to it. */
  readonly baseline?: Arm;
}

/** How often each module of an adapter was on, over training: modules down, steps across, one panel for each arm. */
export interface AllocationFigure extends Armed {
  readonly kind: 'allocation';
}

export interface ProfileFigure extends Armed {
  readonly kind: 'profile';
  readonly metric: string;
}

export type FigureSpec =
  | SweepFigure
  | EnsembleFigure
  | BarsFigure
  | ForestFigure
  | GapFigure
  | ProgressFigure
  | ReliabilityFigure
  | ParetoFigure
  | HeatmapFigure
  | AllocationFigure
  | ProfileFigure;

/** `arm` does better (or worse) than each of `than` on the metric. */
export interface DifferenceTest {
  readonly kind: 'better' | 'worse';
  readonly arm: Arm;
  readonly than: readonly Arm[];
  readonly metric: string;
}

/** The metric gets better along an axis (`M`: the ensemble size of the arm's runs). */
export interface RisingTest {
  readonly kind: 'rising';
  readonly arm: Arm;
  readonly x: string;
  readonly metric: string;
}

/** Better, then worse again, along an axis. */
export interface HumpTest {
  readonly kind: 'inverted-u';
  readonly arm: Arm;
  readonly x: string;
  readonly metric: string;
}

/** `arm` is not better than `than` by more than `margin` (stored units: .01 is one point of accuracy). */
export interface NoGainTest {
  readonly kind: 'no-gain';
  readonly arm: Arm;
  readonly than: Arm;
  readonly metric: string;
  readonly margin: number;
}

export type ClaimTest = DifferenceTest | RisingTest | HumpTest | NoGainTest;

export interface Claim {
  readonly id: string;
  /** The paper's claim, in our words. */
  readonly text: string;
  /** Paper and place. */
  readonly source: string;
  readonly test: ClaimTest;
}

/** What the page says of a method; `body` is its card in Markdown. */
export interface MethodCard {
  readonly name: string;
  readonly summary: string;
  readonly cite: Citation;
  readonly body: string;
}

/** A report, as plain data. */
export interface ReportSpec {
  readonly name: string;
  readonly title: string;
  readonly question: string;
  /** The paper this belongs to, as printed in captions. */
  readonly paper: string;
  readonly claims: readonly Claim[];
  readonly tables: readonly TableSpec[];
  readonly figures: readonly FigureSpec[];
  readonly cards?: readonly MethodCard[];
}
