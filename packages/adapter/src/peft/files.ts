import { BadInput, type Named } from '@lab/records';
import { asFloats, readSafetensors, writeSafetensors } from '@lab/engine';
import type { Adapter, HostParams } from '../adapter.ts';
import type { Model } from '../model.ts';
import { readPeftConfig } from './config.ts';
import { PREFIX, withPruned } from './pruned.ts';

/** An adapter's parameter under its key in adapter_model.safetensors. */
const keyOf = ({ peft }: Adapter, name: string): string => `${PREFIX}${peft ? peft.key(name) : name}`;

/**
 * Trained parameters as PEFT's two files. LoRA and AdaLoRA have PEFT's own keys and shapes
 * (`lora_A` [r, d_in], `lora_B` [d_out, r]); parameters that are not the adapter's (the head) stand
 * under their own names, as `modules_to_save`. An adapter that PEFT does not know is written in the
 * same layout, and its config names it as `lab_adapter` instead of a `peft_type`. The dropout
 * method is no part of these files: the weights alone give the deterministic model, and
 * `lora_dropout` is 0.
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
  const modules = new Set(
    Object.keys(params)
      .filter((name) => !own.has(name))
      .map((name) => name.replace(/\.\w+$/, '')),
  );
  const head = modules.size > 0;
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
        modules_to_save: head ? [...modules] : null,
      }
    : { ...common, lab_adapter: options };
  return {
    'adapter_config.json': `${JSON.stringify(config, null, 2)}\n`,
    'adapter_model.safetensors': writeSafetensors({ tensors, metadata: { format: 'pt' } }),
  };
};

/** The tensors of a file, all of which must be float32. */
const tensorsOf = (bytes: Uint8Array, where: string): HostParams => {
  try {
    const tensors = Object.entries(readSafetensors(bytes).tensors);
    return Object.fromEntries(tensors.map(([name, array]) => [name, asFloats(array, `tensor ${name}`)]));
  } catch (error) {
    throw new BadInput(`${where}: ${(error as Error).message}`);
  }
};

const pick = (adapter: Adapter, tensors: HostParams, where: string): HostParams =>
  Object.fromEntries(
    adapter.params.map(({ name, shape }) => {
      const key = keyOf(adapter, name);
      const tensor = tensors[key];
      if (!tensor) throw new BadInput(`${where}: tensor ${key} is missing`);
      if (tensor.shape.join() !== shape.join())
        throw new BadInput(
          `${where}: tensor ${key} has the shape [${tensor.shape.join(', ')}]; expected [${shape.join(', ')}]`,
        );
      return [name, tensor];
    }),
  );

/**
 * The adapter's parameters from the bytes of an adapter_model.safetensors, PEFT's or ours; tensors
 * of other modules are left out. Throws `BadInput` with `where`, the key and both shapes when one
 * is missing or does not fit.
 */
export const readPeft = (adapter: Adapter, bytes: Uint8Array, where: string): HostParams =>
  pick(adapter, tensorsOf(bytes, where), where);

/** What PEFT's two files hold. */
export interface PeftAdapter {
  readonly adapter: Adapter;
  readonly params: HostParams;
  /**
   * The tensors of `modules_to_save` under the model's own names, as they are stored ([d_out, d_in]
   * for a linear map).
   */
  readonly saved: HostParams;
}

/**
 * An adapter for `model` from PEFT's two files, and the modules saved with it. Triplets that
 * AdaLoRA has pruned come back as zeros. Throws `BadInput` with `where` for fields with no
 * counterpart here, and for tensors that are missing, do not fit, or belong to nothing the config
 * names.
 */
export const readPeftFiles = (
  model: Model,
  files: { readonly config: string; readonly tensors: Uint8Array },
  where: string,
): PeftAdapter => {
  const { adapter, modulesToSave, kept } = readPeftConfig(model, files.config, `${where}/adapter_config.json`);
  const file = `${where}/adapter_model.safetensors`;
  const tensors = tensorsOf(files.tensors, file);
  const own = new Set(adapter.params.map(({ name }) => keyOf(adapter, name)));
  const others = Object.entries(tensors).filter(([key]) => !own.has(key));
  const saved = others.map(([key, array]) => [key.replace(PREFIX, ''), array] as const);
  const words = (name: string) => modulesToSave.filter((word) => `.${name}`.includes(`.${word}.`));
  const stray = saved.find(([name]) => words(name).length === 0);
  if (stray)
    throw new BadInput(
      `${file}: tensor ${PREFIX}${stray[0]} is neither the adapter's nor of a module in modules_to_save`,
    );
  const absent = modulesToSave.find((word) => !saved.some(([name]) => words(name).includes(word)));
  if (absent !== undefined) throw new BadInput(`${file}: no tensor of "${absent}", which is in modules_to_save`);
  const whole = withPruned(adapter, tensors, kept, file);
  return { adapter, params: pick(adapter, whole, file), saved: Object.fromEntries(saved) };
};
