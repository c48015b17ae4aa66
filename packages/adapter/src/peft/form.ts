import type { HostParams } from '../host-params.ts';

/**
 * PEFT's words for an adapter: fields of adapter_config.json, and what its parameters are called in
 * the state.
 */
export interface PeftForm {
  readonly config: { readonly [field: string]: unknown };
  /** `layer.0.query.lora_A` -> `layer.0.query.lora_A.weight` for LoRA. */
  readonly key: (name: string) => string;
  /**
   * What PEFT's tensor has more than our parameter, from the frozen weights: ours is the difference
   * to a bias or a length that PEFT stores whole. Absent, or undefined for a name: nothing.
   */
  readonly offset?: (name: string, weights: HostParams) => Float32Array | undefined;
}
