import type { Named } from '@lab/records';
import { writeSafetensors, type HostArray } from '@lab/tensor';
import type { Adapter } from './adapter.ts';
import type { Model } from './model.ts';

/**
 * Trained parameters as PEFT's two files. Keys: `base_model.model.<path>.lora_A.weight` ([r, d_in]) and `lora_B.weight` ([d_out, r]);
 * every other parameter (the head) under its own name, as `modules_to_save`. The dropout method is no part of these files: the
 * weights alone give the deterministic model, and `lora_dropout` is 0.
 */
export const peftFiles = (
  options: Named,
  model: Model,
  adapter: Adapter,
  params: { readonly [name: string]: HostArray },
): { readonly [file: string]: string | Uint8Array } => {
  const own = new Set(adapter.params.map(({ name }) => name));
  const keyOf = (name: string) => (own.has(name) ? `base_model.model.${name}.weight` : `base_model.model.${name}`);
  const tensors = Object.fromEntries(Object.entries(params).map(([name, array]) => [keyOf(name), array]));
  const config = {
    peft_type: 'LORA',
    base_model_name_or_path: model.name,
    task_type: 'SEQ_CLS',
    inference_mode: true,
    r: options.r ?? 0,
    lora_alpha: options.alpha ?? 0,
    use_rslora: options.rslora ?? false,
    lora_dropout: 0,
    bias: 'none',
    fan_in_fan_out: false,
    target_modules: adapter.targets.map(({ path }) => path),
    modules_to_save: ['classifier'],
  };
  return {
    'adapter_config.json': `${JSON.stringify(config, null, 2)}\n`,
    'adapter_model.safetensors': writeSafetensors({ tensors, metadata: { format: 'pt' } }),
  };
};
