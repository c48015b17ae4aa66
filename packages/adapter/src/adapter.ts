import type { Key } from '@lab/random';
import type { Allocation } from '@lab/records';
import type { LoraPair, Params, tf } from '@lab/engine';
import type { HostParams } from './host-params.ts';
import type { PrunedFactors } from './lora/pruned.ts';
import type { LeftAdapter } from './left-adapter.ts';
import type { FrozenTensor, LinearSpec } from './model.ts';
import type { PeftForm } from './peft/form.ts';
import type { Perturb, Place, SiteUse } from './pass/site.ts';

/** A trainable tensor: its name, shape, start value and whether weight decay acts on it. */
export interface ParamSpec {
  readonly name: string;
  readonly shape: readonly number[];
  /**
   * Start value, drawn from the adapter's own stream of keys. Length is the product of the shape.
   */
  readonly init: (key: Key) => Float32Array;
  /**
   * Start value from the frozen weights (their singular vectors); where there is one it takes the
   * place of `init`.
   */
  readonly start?: (key: Key, weights: HostParams) => Float32Array;
  readonly decay: boolean;
  /**
   * True for a constant that travels with the parameters (a switch, a fixed random factor): it has
   * no gradient and is not counted.
   */
  readonly frozen?: boolean;
}

/** What a pass has computed so far, for adapters that connect layers. */
export interface Flow {
  /**
   * The residual stream [B, T, width] that a sublayer's output is added to; in a post-norm model it
   * is the sublayer's input.
   */
  readonly stream: tf.Tensor;
  /** What entered the linear map or sublayer at a path, earlier in this pass. */
  readonly input: (path: string) => tf.Tensor | undefined;
  /**
   * Keeps a value of every token, [rows, n], for the penalty, which gets its mean over the tokens,
   * [n].
   */
  readonly record: (name: string, value: tf.Tensor) => void;
}

/** The frozen part of a linear map. W: [d_in, d_out], b: [d_out] or absent. */
export interface Linear {
  readonly W: tf.Tensor2D;
  readonly b?: tf.Tensor1D;
}

/** Where training stands, for adapters with a schedule. Plain scalars on the host. */
export interface StepCount {
  readonly step: number;
  readonly steps: number;
}

/**
 * What is trained beside the frozen model. Pure: parameters come in by name; nothing is kept. An
 * adapter with its own state (AdaLoRA's importance scores) keeps it in `slots`, which travel with
 * the checkpoint.
 */
export interface Adapter {
  /**
   * Trainable tensors for this model, in a fixed order. Names: `<path>.lora_A`, `<path>.lora_B`, …
   */
  readonly params: readonly ParamSpec[];
  /** The linear maps it attaches to. */
  readonly targets: readonly LinearSpec[];
  /** Adapter sites for a batch of B rows and T tokens, in forward order. */
  readonly sites: (batch: number, tokens: number) => readonly SiteUse[];
  /** y = x W + b + adapter's update. x: [B, T, d_in] -> [B, T, d_out]. */
  readonly linear: (
    spec: LinearSpec,
    x: tf.Tensor,
    base: Linear,
    params: Params,
    perturb: Perturb,
    flow?: Omit<Flow, 'stream'>,
  ) => tf.Tensor;
  /** Acts on a sublayer's output; absent: identity. */
  readonly sublayer?: (
    kind: 'attention' | 'ffn',
    place: Place,
    output: tf.Tensor,
    input: tf.Tensor,
    params: Params,
    flow: Flow,
  ) => tf.Tensor;
  /**
   * Acts after the norm that follows a sublayer's residual, where the model has one there; absent:
   * identity.
   */
  readonly afterNorm?: (
    place: Place,
    x: tf.Tensor,
    norm: (x: tf.Tensor) => tf.Tensor,
    params: Params,
    flow: Omit<Flow, 'stream'>,
  ) => tf.Tensor;
  /** Added to the task loss; a scalar. `recorded` holds what the first pass recorded. */
  readonly penalty?: (params: Params, recorded: Params) => tf.Scalar;
  /**
   * Extra state, flat and named, and its in-graph update after the optimiser: budgets, importance
   * scores, proximal steps.
   */
  readonly state?: AdapterState;
  /**
   * What this step trains: 1 or 0 by parameter name, in shapes that broadcast to the parameter's; a
   * name left out is trained. Where it is 0 the value and both moments stay as they are to the last
   * bit. `inputs` are those of `state`.
   */
  readonly trainable?: (inputs: Params, params: Params) => Params;
  /**
   * Steps since the optimiser was started afresh (moments zero, bias correction from 1); absent: it
   * is started once.
   */
  readonly age?: (progress: StepCount) => number;
  /**
   * The factors of every update s B A that are trained together, for optimisers that look at both;
   * absent: it has no such pairs.
   */
  readonly pairs?: readonly LoraPair[];
  /** Chooses anew, between steps, which parts are in use; absent: nothing is searched. */
  readonly search?: ModuleSearch;
  /**
   * Start values, by name, from what earlier runs left; others begin afresh. Throws `BadInput`
   * where it cannot go on. Absent: values of the same names, the mean of several.
   */
  readonly follow?: (lefts: readonly LeftAdapter[]) => HostParams;
  /** What it needs of earlier runs, as a sentence; absent: it can begin afresh. */
  readonly cannotBegin?: string;
  /** Of a mixture of experts, whose heads can be mixed as well; absent: it is none. */
  readonly mixture?: { readonly experts: number; readonly masked: readonly number[] };
  /** Parameters in use when training has ended; absent: all that are trained. */
  readonly used?: (params: HostParams) => number;
  /** The update of a target as its ranks in use alone; absent: no rank is ever pruned. */
  readonly pruned?: (spec: LinearSpec, params: HostParams) => PrunedFactors;
  /**
   * ΔW [d_in, d_out] that merging adds to W, from host parameters. Without `delta` and `deltaBias`
   * an adapter cannot be merged.
   */
  readonly delta?: (spec: LinearSpec, params: HostParams) => Float32Array;
  /**
   * ΔW where it depends on the frozen weights too (DoRA), in place of `delta`. `factor` scales the
   * low-rank update, as an expected mask does.
   */
  readonly deltaFrom?: (
    spec: LinearSpec,
    params: HostParams,
    given: { readonly weights: HostParams; readonly factor: number },
  ) => Float32Array;
  /**
   * A matrix in place of `delta` where none is exact, since the update reads the inputs of earlier
   * maps (ResLoRA). `size`: root mean square length of a token's vector before a map, by path.
   */
  readonly deltaEstimate?: (spec: LinearSpec, params: HostParams, size: (path: string) => number) => Float32Array;
  /** The part of `delta` that no noise meets (links of a chain that have ended); absent: none. */
  readonly noiselessDelta?: (spec: LinearSpec, params: HostParams) => Float32Array;
  /**
   * Δb [d_out] that merging adds to the bias (to zeros where the map has none); undefined: nothing.
   */
  readonly deltaBias?: (spec: LinearSpec, params: HostParams) => Float32Array | undefined;
  /**
   * Frozen weights that are trained whole: to each the parameter `<name>.delta` is added, wherever
   * the model asks for it. Absent: none.
   */
  readonly whole?: readonly FrozenTensor[];
  /** How PEFT stores this adapter; absent: PEFT has no such adapter. */
  readonly peft?: PeftForm;
}

export interface AdapterState {
  readonly slots: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly init: () => Float32Array;
  }[];
  /** Host scalars for this step (budget, switch) that enter the graph as inputs. */
  readonly inputs: (progress: StepCount) => { readonly [name: string]: number };
  /**
   * After the optimiser's step: parameters, clipped gradients and slots in, parameters and slots
   * out; both moments too where they change.
   */
  readonly update: (args: { params: Params; grads: Params; slots: Params; inputs: Params; moments: () => Moments }) => {
    params: Params;
    slots: Params;
    moments?: Moments;
  };
}

/** Both moments of the optimiser by parameter name. */
export interface Moments {
  readonly m: Params;
  readonly v: Params;
}

/**
 * What a search may ask of the model, on its scoring batches and without noise. All parameters by
 * name, the head's too.
 */
export interface Probe {
  /** Gradient of the mean training loss. */
  readonly gradient: (params: HostParams) => Promise<HostParams>;
  /**
   * Gradient of what `flow` of the search names on the first batch, all parameters and weights made
   * positive and every embedding one.
   */
  readonly flow: (params: HostParams) => Promise<HostParams>;
  /** The task's main metric; larger is better. */
  readonly metric: (params: HostParams) => Promise<number>;
}

/** A search over parts that can be switched off. */
export interface ModuleSearch {
  /** Whether to choose before this step. */
  readonly due: (at: StepCount & { readonly perEpoch: number }) => boolean;
  /** Batches that scores are taken on, at least one. */
  readonly batches: number;
  /** The first batches of the training rows, the same at every choice, or others drawn for each. */
  readonly scoring: 'first' | 'redrawn';
  /** What `Probe.flow` takes the gradient of. */
  readonly flow: 'loss' | 'outputs';
  /**
   * New values of the parameters that change, and what is recorded of the choice. Ties are broken
   * by `key`.
   */
  readonly choose: (
    probe: Probe,
    params: HostParams,
    key: Key,
  ) => Promise<{ readonly changed: HostParams; readonly chosen: Omit<Allocation, 'step'> }>;
}
