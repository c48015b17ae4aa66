import type { Float32HostArray, Params, tf } from '@lab/engine';
import type { HostParams } from './host-params.ts';
import type { Place, Perturb, SiteUse } from './pass/site.ts';

/** A linear map y = x W + b that an adapter may attach to. W is stored [d_in, d_out]. */
export interface LinearSpec extends Place {
  readonly dIn: number;
  readonly dOut: number;
  /**
   * Whether it sees every token ([B, T, d_in]), one vector an example ([B, 1, d_in]), or only
   * relative positions ([1, R, d_in]).
   */
  readonly per: 'token' | 'example' | 'position';
  /** Whether relative positions pass through it beside the tokens (DeBERTa with shared keys). */
  readonly positions?: boolean;
  /** Whether the checkpoint gives it a bias; absent: it does. */
  readonly bias?: boolean;
  /** Names of the equal parts of its outputs, where several maps are stored as one (`q, k, v`). */
  readonly parts?: readonly string[];
  /** For a part of a fused map: the map, and the first of its outputs that is the part's. */
  readonly within?: { readonly path: string; readonly from: number };
}

/**
 * What a model's forward pass may ask for. The runner builds it from frozen weights, adapter and
 * noise.
 */
export interface Forward {
  /** Frozen weights by name. */
  readonly weight: (name: string) => tf.Tensor;
  /**
   * The linear map at `path`, adapter included. x: [B, T, d_in] -> [B, T, d_out]. With `weights`,
   * only noise on the adapter's own matrices (`lora.A`, `lora.B`) enters: DeBERTa sends its
   * relative positions, which are no tokens, through the same maps.
   */
  readonly linear: (path: string, x: tf.Tensor, noise?: 'all' | 'weights') => tf.Tensor;
  /** Lets noise in at a site. */
  readonly perturb: Perturb;
  /**
   * Lets an adapter act on a sublayer's output before its residual is added (Houlsby, Pfeiffer,
   * shortcuts); the identity for LoRA. `input` is what entered the sublayer, `stream` the residual
   * it is added to where that is another value (pre-norm models). All [B, T, width].
   */
  readonly sublayer: (
    kind: 'attention' | 'ffn',
    place: Place,
    output: tf.Tensor,
    input: tf.Tensor,
    stream?: tf.Tensor,
  ) => tf.Tensor;
  /**
   * Lets an adapter act after the norm that follows a sublayer's residual, in models that norm
   * there. `norm` is that norm. x: [B, T, width]. Absent: nothing acts there.
   */
  readonly afterNorm?: (place: Place, x: tf.Tensor, norm: (x: tf.Tensor) => tf.Tensor) => tf.Tensor;
  /**
   * Runs one layer, body(x), which may be computed again in the backward pass. x: [B, T, width].
   * Absent: just runs it.
   */
  readonly layer?: (body: (x: tf.Tensor) => tf.Tensor, x: tf.Tensor) => tf.Tensor;
}

/**
 * One batch as tensors. `ids` int32 [B, T], `valid` float32 [B, T]: 1 for a token, 0 for padding;
 * other inputs by name (token types). A packed batch has its texts end to end: [1, P].
 */
export interface TokenBatch {
  readonly ids: tf.Tensor2D;
  readonly valid: tf.Tensor2D;
  readonly extra: Params;
  /** Where the texts of a packed batch lie; absent: every row is one text, padded on the right. */
  readonly packing?: Packing;
}

/**
 * How B texts lie end to end in P rows. Attention sees them in groups of like length: a group has n
 * texts of t tokens, padded on the right, in n * t slots; the slots of all groups are numbered one
 * after the other. Rows without a token and slots without a token point at each other, so that no
 * gradient leaks through them.
 */
export interface Packing {
  /** Row of each slot: int32 [S]. */
  readonly slots: tf.Tensor1D;
  /** Slot of each row: int32 [P]. */
  readonly rows: tf.Tensor1D;
  /** Place of each row's token in its text: int32 [P]. */
  readonly positions: tf.Tensor1D;
  /** By group: 1 where a slot holds a token, else 0: [n, t]. */
  readonly valid: { readonly [group: string]: tf.Tensor2D };
  /** 1 where a row belongs to a text; is its first token; is its last: each [B, P]. */
  readonly texts: tf.Tensor2D;
  readonly first: tf.Tensor2D;
  readonly last: tf.Tensor2D;
}

/** Token ids of one text, without padding. `types` are segment ids where the model has them. */
export interface Encoded {
  readonly ids: Int32Array;
  readonly types?: Int32Array;
}

/** A frozen weight of a model. */
export interface FrozenTensor {
  readonly name: string;
  /** Shape in the model. */
  readonly shape: readonly number[];
  /** How it lies in a checkpoint: linear kernels may be turned over. */
  readonly stored: 'as-is' | 'transposed';
}

/** A base model: a pure function that names its linear maps, and the weights to fill it with. */
export interface Model {
  readonly name: string;
  /** Width of the vectors that `encode` returns. */
  readonly width: number;
  readonly layers: number;
  readonly maxTokens: number;
  readonly causal: boolean;
  /** Whether norms come before a sublayer or after its residual; absent: before. */
  readonly norms?: 'before' | 'after';
  readonly linears: readonly LinearSpec[];
  /**
   * Frozen weights by name; float32, linear kernels as [d_in, d_out] under `<path>.weight`, biases
   * under `<path>.bias`.
   */
  readonly weights: () => Promise<HostParams>;
  /** The frozen weights, without their values; absent: the model does not list them. */
  readonly tensors?: readonly FrozenTensor[];
  /** The same one after the other, none kept; absent: `weights` alone. */
  readonly eachWeight?: () => AsyncIterable<readonly [name: string, array: Float32HostArray]>;
  /**
   * The model's own sites (not the adapter's) for a batch of B rows and T tokens, in forward order.
   */
  readonly sites: (batch: number, tokens: number) => readonly SiteUse[];
  /** Last hidden states [B, T, width]. */
  readonly encode: (forward: Forward, batch: TokenBatch) => tf.Tensor3D;
  /** One vector an example [B, width]: the pooled representation a task head reads. */
  readonly pool: (forward: Forward, hidden: tf.Tensor3D, batch: TokenBatch) => tf.Tensor2D;
  /**
   * Text (and second text, for a cross-encoder) to token ids: at most `atMost` of them, and never
   * more than the model's `maxTokens`. Texts are cut, not special tokens.
   */
  readonly tokenize: (text: string, pair?: string, atMost?: number) => Encoded;
  /**
   * How two texts are compared. A bi-encoder encodes each, and the head sees (u, v, |u-v|, u*v); a
   * cross-encoder reads both in one sequence.
   */
  readonly pairs: 'bi-encoder' | 'cross-encoder';
}
