import { BadInput, messageOf, type Named } from '@lab/records';
import { asFloats, readSafetensors, writeSafetensors } from '@lab/engine';
import type { Adapter } from '../adapter.ts';
import type { HostParams } from '../host-params.ts';
import type { Model } from '../model.ts';
import { leadsInto } from '../whole.ts';
import { readPeftConfig } from './config.ts';
import { PREFIX, withPruned } from './pruned.ts';
import { formOf, needsWeights, storedOwn, storedParams, type StoredParam } from './stored.ts';

/**
 * Trained parameters as PEFT's two files. LoRA and AdaLoRA have PEFT's own keys and shapes
 * (`lora_A` [r, d_in], `lora_B` [d_out, r]); parameters that are not the adapter's (the head) stand
 * under their own names, as `modules_to_save`. An adapter that PEFT does not know is written in the
 * same layout, and its config names it as `lab_adapter` instead of a `peft_type`; so is one whose
 * parameters are differences to frozen weights, where `weights` is absent. The dropout method is no
 * part of these files: the weights alone give the deterministic model, and `lora_dropout` is 0.
 */
export const peftFiles = (
  options: Named,
  model: Model,
  trained: {
    readonly adapter: Adapter;
    readonly params: HostParams;
    readonly weights?: HostParams;
    /** Modules that are saved whole; absent: those of the parameters that are not the adapter's. */
    readonly modulesToSave?: readonly string[];
    /**
     * PEFT's word for the class; absent: one of a classification, or of next tokens without a head.
     */
    readonly taskType?: string;
  },
): { readonly [file: string]: string | Uint8Array } => {
  const { adapter, params, weights } = trained;
  // Without the frozen weights, differences cannot be turned into what PEFT stores.
  const isOwn = needsWeights(adapter) && !weights;
  const peft = isOwn ? undefined : formOf(adapter);
  const stored = isOwn ? storedOwn(adapter) : storedParams(adapter, weights);
  const own = new Map(stored.map((param) => [param.name, param]));
  const tensors = Object.fromEntries(
    Object.entries(params).map(([name, array]) => {
      const param = own.get(name);
      return param ? [param.key, param.written(array)] : [`${PREFIX}${name}`, array];
    }),
  );
  const modules = new Set(
    Object.keys(params)
      .filter((name) => !own.has(name))
      .map((name) => name.replace(/\.\w+$/, '')),
  );
  const head = modules.size > 0;
  const modulesToSave = trained.modulesToSave ?? [...modules];
  const named = peft?.config['modules_to_save'];
  const saved = [...(Array.isArray(named) ? named : []), ...(head ? modulesToSave : [])];
  const common = {
    base_model_name_or_path: model.name,
    task_type: trained.taskType ?? (head ? 'SEQ_CLS' : 'CAUSAL_LM'),
    inference_mode: true,
  };
  const config = peft
    ? {
        ...common,
        lora_dropout: 0,
        bias: 'none',
        ...peft.config,
        fan_in_fan_out: false,
        target_modules: adapter.targets.map(({ path }) => path),
        modules_to_save: saved.length > 0 ? saved : null,
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
    throw new BadInput(`${where}: ${messageOf(error)}`);
  }
};

/** Throws `BadInput` for a number that is not finite: every output would be none either. */
const checkFinite = (tensors: HostParams, where: string): void => {
  for (const [name, { data }] of Object.entries(tensors)) {
    const bad = data.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) throw new BadInput(`${where}: tensor ${name} holds ${data[bad]} at ${bad}`);
  }
};

/**
 * Throws `BadInput` for tensors of a pair on a module that is no linear map of this model: a word
 * embedding, the map to the next token, or a layer of another base model.
 */
const checkPairs = ({ name, linears }: Model, tensors: readonly string[], where: string): void => {
  const modules = tensors.flatMap((key) => /^(.*?)\.(lora_\w+|base_layer)(\.\w+)*$/.exec(key)?.[1] ?? []);
  const stray = modules.find((module) => !linears.some(({ path }) => path === module));
  if (stray !== undefined)
    throw new BadInput(
      `${where}: ${stray} carries a pair, and ${name} has no such linear map (embeddings and lm_head carry none); ` +
        'the base model must be the one that the adapter was trained on',
    );
};

/** The parameters of a file as ours, by our names. */
const pick = (stored: readonly StoredParam[], tensors: HostParams, where: string): HostParams =>
  Object.fromEntries(
    stored.map(({ name, key, shape, read }) => {
      const tensor = tensors[key];
      if (!tensor) throw new BadInput(`${where}: tensor ${key} is missing`);
      if (tensor.shape.join() !== shape.join())
        throw new BadInput(
          `${where}: tensor ${key} has the shape [${tensor.shape.join(', ')}]; expected [${shape.join(', ')}]`,
        );
      return [name, read(tensor)];
    }),
  );

/**
 * The adapter's parameters from the bytes of an adapter_model.safetensors, PEFT's or ours; tensors
 * of other modules are left out. Throws `BadInput` with `where`, the key and both shapes when one
 * is missing or does not fit.
 */
export const readPeft = (adapter: Adapter, bytes: Uint8Array, where: string): HostParams =>
  pick(needsWeights(adapter) ? storedOwn(adapter) : storedParams(adapter), tensorsOf(bytes, where), where);

/** What PEFT's two files hold. */
export interface PeftAdapter {
  readonly adapter: Adapter;
  /** The options that build the adapter. */
  readonly options: Named;
  readonly params: HostParams;
  /**
   * The tensors of `modules_to_save` under the model's own names, as they are stored ([d_out, d_in]
   * for a linear map).
   */
  readonly saved: HostParams;
}

/**
 * What stands before the names of the file in this model: `bert.` where PEFT had the bare encoder.
 */
const prefixOf = (model: Model, keys: readonly string[]): string => {
  const modules = keys.flatMap((key) => /^base_model\.model\.(.*)\.lora_A(\.weight)?$/.exec(key)?.[1] ?? []);
  const prefixes = modules.map((name) => {
    const known = model.linears.find(({ path }) => path === name || path.endsWith(`.${name}`));
    return known === undefined ? '' : known.path.slice(0, known.path.length - name.length);
  });
  const [first = ''] = prefixes;
  return prefixes.every((prefix) => prefix === first) ? first : '';
};

/**
 * An adapter for `model` from PEFT's two files, and the modules saved with it. Triplets that
 * AdaLoRA has pruned come back as zeros. `weights` are the model's frozen weights, which DoRA and
 * trained biases need. Throws `BadInput` with `where` for fields with no counterpart here, and for
 * tensors that are missing, do not fit, or belong to nothing the config names.
 */
export const readPeftFiles = (
  model: Model,
  files: { readonly config: string; readonly tensors: Uint8Array; readonly weights?: HostParams },
  where: string,
): PeftAdapter => {
  const file = `${where}/adapter_model.safetensors`;
  const stored = tensorsOf(files.tensors, file);
  checkFinite(stored, file);
  const prefix = prefixOf(model, Object.keys(stored));
  const tensors = Object.fromEntries(
    Object.entries(stored)
      // With bias = "all" PEFT also keeps the module that a saved one took the place of.
      .filter(([key]) => !/\.(original_module|modules_to_save)\./.test(key))
      .map(([key, array]) => [key.replace(PREFIX, `${PREFIX}${prefix}`), array]),
  );
  const read = readPeftConfig(model, files.config, { prefix, where: `${where}/adapter_config.json` });
  const { adapter, options, modulesToSave, kept } = read;
  const { weights } = files;
  if (needsWeights(adapter) && !weights)
    throw new Error(`${where}: this adapter is read together with the frozen weights`);
  const params = storedParams(adapter, weights);
  const own = new Set(params.map(({ key }) => key));
  const others = Object.entries(tensors).filter(([key]) => !own.has(key));
  const saved = others.map(([key, array]) => [key.replace(PREFIX, ''), array] as const);
  checkPairs(
    model,
    saved.map(([name]) => name),
    file,
  );
  const words = (name: string) => modulesToSave.filter((word) => leadsInto(name, word));
  // With bias = "all" the biases of a head are kept beside those of the model.
  const isBias = (name: string) => options['bias'] === 'all' && name.endsWith('.bias');
  const stray = saved.find(([name]) => words(name).length === 0 && !isBias(name));
  if (stray)
    throw new BadInput(
      `${file}: tensor ${PREFIX}${stray[0]} is neither the adapter's nor of a module in modules_to_save`,
    );
  // PEFT lists every name that a head may have (classifier, score) and stores the one it has.
  if (modulesToSave.length > 0 && saved.length === 0 && !adapter.whole)
    throw new BadInput(`${file}: no tensor of ${modulesToSave.join(', ')}, which are in modules_to_save`);
  const complete = withPruned(adapter, tensors, kept, file);
  return { adapter, options, params: pick(params, complete, file), saved: Object.fromEntries(saved) };
};
