import type { HostParams } from '@lab/adapter';
import type { Row, Session } from '@lab/runner';

/**
 * A real model with adapters that were trained on it, and sentences. The checks never train or load
 * it themselves: who calls them decides where it comes from.
 */
export interface Material {
  /** Model, plain LoRA and a linear head on an engine, without noise. */
  readonly session: Session;
  /** Start values of all trained parameters, the head's included; every lora_B is zero. */
  readonly start: HostParams;
  /** Trained parameters: by plain LoRA, and by LoRA Dropout at `rate`. */
  readonly trained: { readonly plain: HostParams; readonly dropout: HostParams };
  readonly rate: number;
  readonly train: readonly Row[];
  readonly test: readonly Row[];
  /** In words, for captions. */
  readonly description: string;
}
