import type { Adapter, Encoded, HostParams, Model } from '@lab/adapter';
import type { Engine, Handle, HostArray } from '@lab/engine';

/** Sentences as token ids with their class. */
export interface Sentences {
  readonly encoded: readonly Encoded[];
  readonly labels: Int32Array;
}

export type Arrays = { readonly [name: string]: HostArray };

/**
 * A real model with adapters that were trained on it, and sentences. The checks never train or load
 * it themselves: who calls them decides where it comes from.
 */
export interface Material {
  readonly engine: Engine;
  readonly model: Model;
  readonly adapter: Adapter;
  /** Number of classes of the linear head `classifier.weight` [C, width], `classifier.bias` [C]. */
  readonly classes: number;
  /** Frozen weights on the engine, by name. */
  readonly weights: { readonly [name: string]: Handle };
  /** Start values of all trained parameters, the head's included; every lora_B is zero. */
  readonly start: HostParams;
  /** Trained parameters: by plain LoRA, and by LoRA Dropout at `rate`. */
  readonly trained: { readonly plain: HostParams; readonly dropout: HostParams };
  readonly rate: number;
  readonly train: Sentences;
  readonly test: Sentences;
  /** In words, for captions. */
  readonly description: string;
}
