import type { Key } from '@lab/random';
import type { HostArray, Params, tf } from '@lab/tensor';
import type { LinearSpec, Model } from './model.ts';
import type { Perturb, Place, SiteUse } from './site.ts';

/** A trainable tensor: its name, shape, start value and whether weight decay acts on it. */
export interface ParamSpec {
  readonly name: string;
  readonly shape: readonly number[];
  /** Start value, drawn from the adapter's own stream of keys. Length is the product of the shape. */
  readonly init: (key: Key) => Float32Array;
  readonly decay: boolean;
}

/** The frozen part of a linear map. W: [d_in, d_out], b: [d_out] or absent. */
export interface Linear {
  readonly W: tf.Tensor2D;
  readonly b?: tf.Tensor1D;
}

/** Where training stands, for adapters with a schedule. Plain scalars on the host. */
export interface Progress {
  readonly step: number;
  readonly steps: number;
}

/**
 * What is trained beside the frozen model. Pure: parameters come in by name; nothing is kept.
 * An adapter with its own state (AdaLoRA's importance scores) keeps it in `slots`, which travel with the checkpoint.
 */
export interface Adapter {
  /** Trainable tensors for this model, in a fixed order. Names: `<path>.lora_A`, `<path>.lora_B`, … */
  readonly params: readonly ParamSpec[];
  /** The linear maps it attaches to. */
  readonly targets: readonly LinearSpec[];
  /** Adapter sites for a batch of B rows and T tokens, in forward order. */
  readonly sites: (batch: number, tokens: number) => readonly SiteUse[];
  /** y = x W + b + adapter's update. x: [B, T, d_in] -> [B, T, d_out]. */
  readonly linear: (spec: LinearSpec, x: tf.Tensor, base: Linear, params: Params, perturb: Perturb) => tf.Tensor;
  /** Acts on a sublayer's output; absent: identity. */
  readonly sublayer?: (
    kind: 'attention' | 'ffn',
    place: Place,
    output: tf.Tensor,
    input: tf.Tensor,
    params: Params,
  ) => tf.Tensor;
  /** Added to the task loss (orthogonality, null space); a scalar. */
  readonly penalty?: (params: Params) => tf.Scalar;
  /** Extra state, flat and named, and its in-graph update after the optimiser: budgets, importance scores, proximal steps. */
  readonly state?: AdapterState;
  /** ΔW [d_in, d_out] that merging adds to W, from host parameters. Without `delta` and `deltaBias` an adapter cannot be merged. */
  readonly delta?: (spec: LinearSpec, params: HostParams) => Float32Array;
  /** Δb [d_out] that merging adds to the bias (to zeros where the map has none). */
  readonly deltaBias?: (spec: LinearSpec, params: HostParams) => Float32Array;
  /** How PEFT stores this adapter; absent: PEFT has no such adapter. */
  readonly peft?: PeftForm;
}

/** Parameters on the host by name. */
export type HostParams = { readonly [name: string]: HostArray };

/** PEFT's words for an adapter: fields of adapter_config.json, and what its parameters are called in the state. */
export interface PeftForm {
  readonly config: { readonly [field: string]: unknown };
  /** `layer.0.query.lora_A` -> `layer.0.query.lora_A.weight` for LoRA. */
  readonly key: (name: string) => string;
}

export interface AdapterState {
  readonly slots: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly init: () => Float32Array;
  }[];
  /** Host scalars for this step (budget, switch) that enter the graph as inputs. */
  readonly inputs: (progress: Progress) => { readonly [name: string]: number };
  /** After the optimiser's step: parameters, gradients and slots in, parameters and slots out. */
  readonly update: (args: { params: Params; grads: Params; slots: Params; inputs: Params }) => {
    params: Params;
    slots: Params;
  };
}

/** How an adapter is built for a model. */
export type BuildAdapter = (model: Model) => Adapter;
