import type { tf } from '@lab/engine';

/**
 * Where noise may enter, in forward order. B batch rows, T tokens, r rank.
 *
 * | site                | value                     | shape                |
 * |---------------------|---------------------------|----------------------|
 * | `embedding`         | token embeddings          | [B, T, width]        |
 * | `lora.input`        | x, the adapter's input    | [B, T, d_in]         |
 * | `lora.A`            | A                         | [r, d_in]            |
 * | `lora.rank`         | x Aᵀ                      | [B, T, r]            |
 * | `lora.B`            | B                         | [d_out, r]           |
 * | `lora.delta`        | s x Aᵀ Bᵀ, whole branch   | [B, T, d_out]        |
 * | `attention.logits`  | scores before softmax     | [B, heads, query, key] |
 * | `attention.weights` | softmax of the scores     | [B, heads, query, key] |
 * | `ffn.intermediate`  | activation inside the FFN | [B, T, d_ff]         |
 * | `ffn.hidden`        | FFN output before residual| [B, T, width]        |
 * | `output`            | pooled representation     | [B, width]           |
 */
export const SITES = [
  'embedding',
  'lora.input',
  'lora.A',
  'lora.rank',
  'lora.B',
  'lora.delta',
  'attention.logits',
  'attention.weights',
  'ffn.intermediate',
  'ffn.hidden',
  'output',
] as const;
export type Site = (typeof SITES)[number];

/**
 * A named place in the model: the path of a linear map or block, and the index of its layer (0 =
 * first).
 */
export interface Place {
  readonly path: string;
  readonly layer: number;
  /** In an attention over a packed batch: the group of texts of like length. */
  readonly part?: number;
}

/** The only way a model meets noise. */
export type Perturb = (site: Site, place: Place, value: tf.Tensor) => tf.Tensor;

/** No noise. */
export const noNoise: Perturb = (_site, _place, value) => value;

/** One use of a site in a forward pass, with the shape of the value that will be there. */
export interface SiteUse {
  readonly site: Site;
  readonly place: Place;
  readonly shape: readonly number[];
}
