import type { ClassHead, TrainedHead } from '../class-head.ts';
import type { Forward, FrozenTensor, LinearSpec, SiteUse, TokenBatch } from '@lab/adapter';
import type { tf } from '@lab/engine';

/** A model of one family with its sizes known: everything but weights and tokenizer. */
export interface Anatomy {
  readonly width: number;
  readonly layers: number;
  readonly maxTokens: number;
  readonly causal: boolean;
  /** Whether norms come before a sublayer or after its residual; absent: before. */
  readonly norms?: 'before' | 'after';
  /** Number of segment kinds; `types` are only given to a model with more than one. */
  readonly segments: number;
  readonly linears: readonly LinearSpec[];
  readonly tensors: readonly FrozenTensor[];
  readonly sites: (batch: number, tokens: number) => readonly SiteUse[];
  readonly encode: (forward: Forward, batch: TokenBatch) => tf.Tensor3D;
  readonly pool: (forward: Forward, hidden: tf.Tensor3D, batch: TokenBatch) => tf.Tensor2D;
  /**
   * Tensor that turns hidden states into next-token logits, [V, width]; absent: no language model
   * head.
   */
  readonly lmHead?: string;
  /** Largest magnitude of next-token logits; absent: unbounded. */
  readonly logitsCap?: number;
  /** Standard deviations of a fresh head's kernels, where they are not `initializer_range`. */
  readonly headStd?: TrainedHead['std'];
}

/** How a family reads config.json. */
export interface Family<Pooling extends string = string> {
  readonly name: string;
  /** `model_type` of config.json. */
  readonly modelType: string;
  /**
   * What stands before the base model's names when a head is on it (`bert.`); files with and
   * without it are read.
   */
  readonly prefix: string;
  /** The first is the default. */
  readonly poolings: readonly [Pooling, ...Pooling[]];
  readonly pairs: 'cross-encoder';
  /** Poolings that transformers' classification class has too, with how it stores its head. */
  readonly classHeads?: { readonly [pooling in Pooling]?: ClassHead };
  /** Whether transformers' question-answering class puts `qa_outputs` on the hidden states. */
  readonly spanHead?: boolean;
  /** Throws `BadInput` that names `where` and the key when the configuration is not supported. */
  describe(config: unknown, choice: { readonly pooling: Pooling; readonly lm: boolean }, where: string): Anatomy;
}

/** Makes the maps of one layer, which see every token. */
export const linearsOf =
  (layer: number) =>
  (path: string, dIn: number, dOut: number, more: Pick<LinearSpec, 'bias' | 'parts'> = {}): LinearSpec => ({
    path,
    layer,
    dIn,
    dOut,
    per: 'token',
    ...more,
  });

/** The two tensors of a linear map, or the kernel alone where it has no bias. */
export const linearTensors = (
  spec: LinearSpec,
  stored: FrozenTensor['stored'] = 'transposed',
): readonly FrozenTensor[] => [
  { name: `${spec.path}.weight`, shape: [spec.dIn, spec.dOut], stored },
  ...(spec.bias !== false ? [{ name: `${spec.path}.bias`, shape: [spec.dOut], stored: 'as-is' } as const] : []),
];

/** Weight and bias of a layer norm. */
export const normTensors = (path: string, width: number): readonly FrozenTensor[] => [
  { name: `${path}.weight`, shape: [width], stored: 'as-is' },
  { name: `${path}.bias`, shape: [width], stored: 'as-is' },
];

/** An embedding table [rows, width]. */
export const table = (name: string, rows: number, width: number): FrozenTensor => ({
  name,
  shape: [rows, width],
  stored: 'as-is',
});

/** The sites inside one transformer layer, in forward order. */
export const layerSites = (
  { attention, ffn, layer }: { readonly attention: string; readonly ffn: string; readonly layer: number },
  { heads, ffnWidth, width }: { readonly heads: number; readonly ffnWidth: number; readonly width: number },
  batch: number,
  tokens: number,
): readonly SiteUse[] => [
  { site: 'attention.logits', place: { path: attention, layer }, shape: [batch, heads, tokens, tokens] },
  { site: 'attention.weights', place: { path: attention, layer }, shape: [batch, heads, tokens, tokens] },
  { site: 'ffn.intermediate', place: { path: ffn, layer }, shape: [batch, tokens, ffnWidth] },
  { site: 'ffn.hidden', place: { path: ffn, layer }, shape: [batch, tokens, width] },
];

/** The site of the embedding layer's output. */
export const embeddingSite = (path: string, width: number, batch: number, tokens: number): SiteUse => ({
  site: 'embedding',
  place: { path, layer: 0 },
  shape: [batch, tokens, width],
});

/** The site of the pooled representation. */
export const outputSite = (layers: number, width: number, batch: number): SiteUse => ({
  site: 'output',
  place: { path: 'pool', layer: layers - 1 },
  shape: [batch, width],
});
