import type { RunConfig } from './config.ts';

/**
 * What an experiment says of a run, for each axis it varies (method, p, N, M, readout, dataset,
 * variant, ...).
 */
export type Label = string | number;
/** Labels by axis; the runs of one arm have equal ones. */
export type Labels = { readonly [axis: string]: Label };

/** How outputs were read off the trained weights. */
export type Readout = 'deterministic' | 'mean-field' | 'ensemble-logits' | 'ensemble-probabilities';

/** Metrics of one readout on one split. Unknown is null, never a magic number. */
export interface Evaluation {
  /**
   * `elsewhere:<name>`: another data set's test split, for weights trained on this one.
   * `task:<name>`: the test split of a task of a sequence; `told:<name>`: the same, among the
   * task's own classes alone.
   */
  readonly split: 'train' | 'validation' | 'test' | `elsewhere:${string}` | `task:${string}` | `told:${string}`;
  readonly readout: Readout;
  /** Ensemble size; 1 for a single deterministic pass. */
  readonly members: number;
  readonly examples: number;
  /** By metric name: accuracy, f1, matthews, nll (nats), brier, ece (fraction), pearson, … */
  readonly metrics: { readonly [metric: string]: number | null };
}

/** One row of metrics.jsonl. */
export interface CurvePoint {
  readonly step: number;
  readonly epoch: number;
  /** Mean training loss since the last row. */
  readonly trainLoss: number;
  readonly lr: number;
  readonly evaluations: readonly Evaluation[];
  /** What a search chose since the last row; absent where nothing is searched. */
  readonly allocations?: readonly Allocation[];
}

/** Which parts of an adapter a search switched on, before step `step` (from 0). */
export interface Allocation {
  readonly step: number;
  readonly proxy: string;
  /** Every part in a fixed order: its score, and whether it is on. */
  readonly modules: readonly { readonly name: string; readonly score: number; readonly on: boolean }[];
  /** Parameters of the parts that are on, and the most that they may have. */
  readonly parameters: number;
  readonly budget: number;
  /** Why the scores mean little. */
  readonly warning?: string;
}

export interface Surroundings {
  readonly commit: string | null;
  readonly dirty: boolean | null;
  readonly node: string;
  readonly engine: string;
  readonly threads: number;
  readonly cpu: string;
  /**
   * Name of the graphics processor that a GPU engine runs on; absent or null where there is none or
   * it cannot be read.
   */
  readonly gpu?: string | null;
  readonly versions: { readonly [library: string]: string };
}

export interface Cost {
  readonly seconds: number;
  readonly trainSeconds: number;
  readonly evalSeconds: number;
  readonly steps: number;
  readonly examplesPerSecond: number;
  readonly peakMemoryMB: number;
  /**
   * Joules that the whole processor package (and a GPU that is used) drew while this run was at
   * work; null where no counter can be read, absent in older records. Runs at the same time share
   * the package, so their figures overlap.
   */
  readonly energyJoules?: number | null;
  /**
   * Load of the machine while the run was at work (mean of the one-minute load average at its
   * start and its end) by processor core; absent in older records. Above 1 others were waiting.
   */
  readonly loadPerCore?: number;
}

/** result.json: what was measured. */
export interface RunResult {
  readonly schema: 1;
  readonly id: string;
  readonly status: 'done' | 'diverged';
  /** Why a diverged run ended. */
  readonly reason: string | null;
  /** The readout the method itself prescribes for testing, with its ensemble size. */
  readonly headline: { readonly readout: Readout; readonly members: number };
  /** The task's main metric. */
  readonly metric: string;
  readonly selectedEpoch: number;
  readonly evaluations: readonly Evaluation[];
  /**
   * Parameters: all that were trained (with the head), those of the adapter alone, and the frozen
   * ones.
   */
  readonly counts: { readonly trainable: number; readonly adapter: number; readonly frozen: number };
  /**
   * Ranks in use by the path of their map, where the adapter prunes ranks. `counts` are then what
   * remains.
   */
  readonly ranks?: { readonly [path: string]: number };
  /**
   * Where it started from the mean of several adapters: how far the update of the averaged factors
   * is from the average of the updates, as a share of the latter's norm.
   */
  readonly averagingError?: number;
  readonly cost: Cost;
}

/** One row of predictions.jsonl, the test split: everything that statistics need. */
export interface Prediction {
  readonly id: string;
  /** Class index, or the target value of a regression. */
  readonly label: number;
  /** Logits (or the predicted value) of the deterministic pass. */
  readonly deterministic: readonly number[];
  /**
   * Text-to-text: what was written, by readout, and the references; `deterministic` is then the
   * mean loss of the first reference's tokens.
   */
  readonly texts?: { readonly [readout in Readout]?: string };
  readonly references?: readonly string[];
  /** With the expected update, where the method defines one. */
  readonly meanField?: readonly number[];
  /**
   * Of each ensemble member, in drawing order: the first four of eight are the ensemble of four.
   */
  readonly members?: readonly (readonly number[])[];
}

/** A finished run as reports see it. */
export interface RunRecord {
  readonly config: RunConfig;
  readonly surroundings: Surroundings;
  readonly result: RunResult;
}
