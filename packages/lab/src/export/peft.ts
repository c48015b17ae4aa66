import { join } from 'node:path';
import { peftFiles, plainLoraFiles, type Adapter, type HostParams, type Model } from '@lab/adapter';
import { floats, readSafetensors, transposed, writeSafetensors } from '@lab/engine';
import { isSavable, type ClassHead } from '@lab/models';
import { ADAPTER_FILES, BadInput, writeWhole, type RunConfig } from '@lab/records';
import type { FinishedRun } from './trained.ts';

const [CONFIG, TENSORS] = ADAPTER_FILES;
const PREFIX = 'base_model.model.';

/** Frozen tensors of modules as transformers stores them: kernels of linear maps [d_out, d_in]. */
const storedTensors = (model: Model, modules: readonly string[], weights: HostParams): HostParams =>
  Object.fromEntries(
    modules.flatMap((path) => {
      const spec = model.linears.find((each) => each.path === path);
      const names = [`${path}.weight`, `${path}.bias`].filter((name) => name in weights);
      return names.map((name) => {
        const array = weights[name];
        if (!array) throw new Error(`no tensor named ${name}`);
        const turned = spec !== undefined && name.endsWith('.weight');
        const stored = turned ? floats(transposed(array.data, spec.dOut), [spec.dOut, spec.dIn]) : array;
        return [name, stored] as const;
      });
    }),
  );

const split = (params: HostParams, own: ReadonlySet<string>) => {
  const of = (isOwn: boolean) => Object.fromEntries(Object.entries(params).filter(([name]) => own.has(name) === isOwn));
  return { adapter: of(true), head: of(false) };
};

/**
 * The head under the names and in the layout of transformers' classification class: its linear map,
 * and the layers before it, trained (then among `head`) or frozen.
 */
export const classTensors = (model: Model, form: ClassHead, head: HostParams, weights: HostParams): HostParams => {
  const linear = ['weight', 'bias'].flatMap((kind) => {
    const array = head[`classifier.${kind}`];
    return array ? [[`${form.linear}.${kind}`, array] as const] : [];
  });
  return { ...storedTensors(model, form.before, { ...weights, ...head }), ...Object.fromEntries(linear) };
};

/** Names as the bare base model has them, for an adapter that is loaded onto it. */
const bareFiles = (files: ReturnType<typeof peftFiles>, prefix: string): ReturnType<typeof peftFiles> => {
  // Keys of patterns are expressions, in which the prefix may stand escaped.
  const prefixes = [prefix, prefix.replace(/\W/g, '\\$&')];
  const bare = (name: string) => {
    const first = prefixes.find((each) => name.startsWith(each)) ?? '';
    return name.slice(first.length);
  };
  const config: { readonly [field: string]: unknown } = JSON.parse(String(files[CONFIG]));
  const keyed = (field: unknown) =>
    Object.fromEntries(Object.entries(field ?? {}).map(([name, value]) => [bare(name), value]));
  const words = Array.isArray(config['target_modules']) ? config['target_modules'].map(String) : [];
  const tensors = Object.entries(readSafetensors(Buffer.from(files[TENSORS] ?? [])).tensors);
  const changed = {
    ...config,
    task_type: 'FEATURE_EXTRACTION',
    target_modules: words.map(bare),
    rank_pattern: keyed(config['rank_pattern']),
    alpha_pattern: keyed(config['alpha_pattern']),
  };
  const renamed = tensors.map(([key, array]) => [`${PREFIX}${bare(key.slice(PREFIX.length))}`, array] as const);
  return {
    [CONFIG]: `${JSON.stringify(changed, null, 2)}\n`,
    [TENSORS]: writeSafetensors({ tensors: Object.fromEntries(renamed), metadata: { format: 'pt' } }),
  };
};

const isFree = (adapter: Adapter, form: ClassHead): boolean =>
  !adapter.targets.some(({ path }) => form.before.includes(path));

type Files = ReturnType<typeof peftFiles>;

/** Makes PEFT's two files of parameters: the adapter's, and a head's with how PEFT names it. */
type Make = (
  params: HostParams,
  head?: { readonly modulesToSave: readonly string[]; readonly taskType?: string },
) => Files;

/**
 * Writes an adapter with its head. A classification head is stored as transformers' class of the
 * family has it, where that class computes the same; else the adapter is for the bare model and the
 * head lies beside it as head.safetensors, over the pooled vector. Returns how it is to be loaded.
 */
const writeHeaded = async (
  { blueprint, params }: FinishedRun,
  config: RunConfig,
  to: string,
  make: Make,
): Promise<string> => {
  const { model, adapter, head } = blueprint;
  if (!isSavable(model))
    throw new BadInput(`model "${model.name}" is no checkpoint of transformers, so PEFT has nothing to load`);
  const parts = split(params, new Set(adapter.params.map(({ name }) => name)));
  const write = (files: Files): void =>
    Object.entries(files).forEach(([name, content]) => writeWhole(join(to, name), content));
  if (head.params.length === 0) {
    write(make(parts.adapter));
    return 'AutoModelForCausalLM';
  }
  if ('qa_outputs.weight' in parts.head && model.spanHead) {
    write(make({ ...parts.adapter, ...parts.head }, { modulesToSave: ['qa_outputs'], taskType: 'QUESTION_ANS' }));
    return 'AutoModelForQuestionAnswering';
  }
  const [outputs = 0, features] = parts.head['classifier.weight']?.shape ?? [];
  const { classHead } = model;
  const hasBias = 'classifier.bias' in parts.head;
  if (classHead && features === model.width && hasBias === (classHead.bias ?? true) && isFree(adapter, classHead)) {
    const stored = classTensors(model, classHead, parts.head, await model.weights());
    write(make({ ...parts.adapter, ...stored }, { modulesToSave: classHead.modules }));
    return `AutoModelForSequenceClassification with num_labels=${outputs}`;
  }
  const outside = adapter.targets.find(({ path }) => !path.startsWith(model.prefix));
  if (outside)
    throw new BadInput(`${outside.path} is no part of the base model, and transformers has no class for this head`);
  write(bareFiles(make(parts.adapter), model.prefix));
  const tensors = parts.head;
  writeWhole(join(to, 'head.safetensors'), writeSafetensors({ tensors, metadata: { format: 'pt' } }));
  if ('qa_outputs.weight' in parts.head)
    return 'AutoModel; the head in head.safetensors maps every hidden state to scores of start and end';
  const pooling = String(config.model['pooling'] ?? 'pooled');
  const kind = features === model.width ? `the ${pooling} vector` : `u, v, |u - v|, u * v of two ${pooling} vectors`;
  return `AutoModel; the head in head.safetensors maps ${kind} to ${outputs} outputs`;
};

/**
 * PEFT's two files for a trained run, with its head. Returns how they are to be loaded. Throws
 * `BadInput` for an adapter that PEFT does not have.
 */
export const writePeft = async (trained: FinishedRun, config: RunConfig, to: string): Promise<string> => {
  const { model, adapter } = trained.blueprint;
  if (!adapter.peft)
    throw new BadInput(
      `adapter "${config.adapter.name}": PEFT has no such adapter; export it merged, ` +
        'or as LoRA where it prunes ranks (--format lora)',
    );
  const part = adapter.targets.find(({ within }) => within);
  if (part)
    throw new BadInput(
      `${part.path} is a part of a fused map, which PEFT cannot target; export it as LoRA on the whole map ` +
        '(--format lora: the same update) or merged',
    );
  const weights = await model.weights();
  return writeHeaded(trained, config, to, (params, head) =>
    peftFiles(config.adapter, model, { adapter, params, weights, ...head }),
  );
};

/**
 * The ranks that remain of a trained run as a LoRA of PEFT, with its head. Returns how it is to be
 * loaded. Throws `BadInput` for an adapter that needs no such form.
 */
export const writeLora = (trained: FinishedRun, config: RunConfig, to: string): Promise<string> => {
  const { model, adapter } = trained.blueprint;
  return writeHeaded(trained, config, to, (params, head) => plainLoraFiles(model, adapter, params, head));
};
