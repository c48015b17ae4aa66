import { BadInput, type Named } from '@lab/records';
import { readSafetensors, writeSafetensors } from '@lab/tensor';
import type { Adapter, HostParams } from './adapter.ts';
import type { Model } from './model.ts';

const PREFIX = 'base_model.model.';

/** An adapter's parameter under its key in adapter_model.safetensors. */
const keyOf = ({ peft }: Adapter, name: string): string => `${PREFIX}${peft ? peft.key(name) : name}`;

/**
 * Trained parameters as PEFT's two files. LoRA and AdaLoRA have PEFT's own keys and shapes (`lora_A` [r, d_in], `lora_B` [d_out, r]);
 * parameters that are not the adapter's (the head) stand under their own names, as `modules_to_save`. An adapter that PEFT does not
 * know is written in the same layout, and its config names it as `lab_adapter` instead of a `peft_type`. The dropout method is no part
 * of these files: the weights alone give the deterministic model, and `lora_dropout` is 0.
 */
export const peftFiles = (
  options: Named,
  model: Model,
  adapter: Adapter,
  params: HostParams,
): { readonly [file: string]: string | Uint8Array } => {
  const own = new Set(adapter.params.map(({ name }) => name));
  const tensors = Object.fromEntries(
    Object.entries(params).map(([name, array]) => [own.has(name) ? keyOf(adapter, name) : `${PREFIX}${name}`, array]),
  );
  const head = Object.keys(params).some((name) => !own.has(name));
  const common = {
    base_model_name_or_path: model.name,
    task_type: head ? 'SEQ_CLS' : 'CAUSAL_LM',
    inference_mode: true,
  };
  const config = adapter.peft
    ? {
        ...common,
        ...adapter.peft.config,
        lora_dropout: 0,
        bias: 'none',
        fan_in_fan_out: false,
        target_modules: adapter.targets.map(({ path }) => path),
        modules_to_save: head ? ['classifier'] : null,
      }
    : { ...common, lab_adapter: options };
  return {
    'adapter_config.json': `${JSON.stringify(config, null, 2)}\n`,
    'adapter_model.safetensors': writeSafetensors({ tensors, metadata: { format: 'pt' } }),
  };
};

/**
 * The adapter's parameters from the bytes of an adapter_model.safetensors, PEFT's or ours; tensors of other modules are left out.
 * Throws `BadInput` with `where`, the key and both shapes when one is missing or does not fit.
 */
export const readPeft = (adapter: Adapter, bytes: Uint8Array, where: string): HostParams => {
  const read = (): HostParams => {
    try {
      return readSafetensors(bytes).tensors;
    } catch (error) {
      throw new BadInput(`${where}: ${(error as Error).message}`);
    }
  };
  const tensors = read();
  return Object.fromEntries(
    adapter.params.map(({ name, shape }) => {
      const key = keyOf(adapter, name);
      const found = tensors[key];
      if (!found) throw new BadInput(`${where}: tensor ${key} is missing`);
      if (found.dtype !== 'float32' || found.shape.join() !== shape.join())
        throw new BadInput(
          `${where}: tensor ${key} is ${found.dtype} [${found.shape.join(', ')}]; expected float32 [${shape.join(', ')}]`,
        );
      return [name, found];
    }),
  );
};
