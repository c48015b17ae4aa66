import { BadInput, messageOf, present, type Named } from '@lab/records';
import { z } from 'zod';
import { adapters } from '../catalogue.ts';
import { matching, type Pattern } from '../lora/patterns.ts';
import type { Adapter } from '../adapter.ts';
import type { Model } from '../model.ts';
import { hasModule } from '../whole.ts';
import { peftTargets } from './targets.ts';

const isUnset = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === false ||
  (typeof value === 'object' && Object.keys(value).length === 0);

/**
 * Fields that do not change what a finished adapter computes. Any other field must be unset, or be
 * read below.
 */
const HARMLESS: ReadonlySet<string> = new Set([
  'auto_mapping',
  'base_model_name_or_path',
  'revision',
  'task_type',
  'inference_mode',
  'peft_version',
  'lora_dropout',
  'eva_config',
  'fan_in_fan_out',
  'megatron_core',
  'qalora_group_size',
  'ensure_weight_tying',
  // AdaLoRA's schedule; `r` is not used by it.
  'target_r',
  'tinit',
  'tfinal',
  'deltaT',
  'beta1',
  'beta2',
  'orth_reg_weight',
  'total_step',
  'r',
]);

/** Starts of A and B that leave the frozen weights as they are. Others (PiSSA, OLoRA) do not. */
const sameBase: ReadonlySet<string> = new Set(['gaussian', 'eva', 'orthogonal']);

const pattern = z.record(z.string(), z.number().positive()).nullish();
const words = z.union([z.string(), z.array(z.string())], { error: 'expected a text or a list of texts' });
/** PEFT's rank and scale numerator where a config names none. */
const usual = z.number().default(8);
const shared = {
  lora_alpha: usual,
  target_modules: words,
  exclude_modules: words.nullish(),
  layers_to_transform: z.union([z.number(), z.array(z.number())]).nullish(),
  layers_pattern: words.nullish(),
  modules_to_save: z.array(z.string()).nullish(),
};
const loraSchema = z.looseObject({
  peft_type: z.literal('LORA'),
  r: usual,
  use_rslora: z.boolean().default(false),
  use_dora: z.boolean().default(false),
  rank_pattern: pattern,
  alpha_pattern: pattern,
  bias: z.enum(['none', 'lora_only', 'all']).default('none'),
  init_lora_weights: z.union([z.boolean(), z.string()]).default(true),
  ...shared,
});
const adaSchema = z.looseObject({
  peft_type: z.literal('ADALORA'),
  init_r: z.number(),
  rank_pattern: z.record(z.string(), z.array(z.boolean())).nullish(),
  bias: z.literal('none').default('none'),
  init_lora_weights: z.unknown(),
  ...shared,
});
const schema = z.discriminatedUnion('peft_type', [loraSchema, adaSchema]);

/** What adapter_config.json says of an adapter. */
export interface PeftConfig {
  readonly adapter: Adapter;
  /** The options that build the adapter. */
  readonly options: Named;
  /** Modules that are saved whole, by the end of their names. */
  readonly modulesToSave: readonly string[];
  /**
   * AdaLoRA: which of its triplets the file holds, by the key of `lora_E` in the model; others have
   * been pruned.
   */
  readonly kept: { readonly [name: string]: readonly boolean[] };
}

const parsed = (text: string, where: string): z.infer<typeof schema> => {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new BadInput(`${where}: ${messageOf(error)}`);
  }
  const result = schema.safeParse(json);
  const type = typeof json === 'object' && json !== null && 'peft_type' in json ? json.peft_type : undefined;
  if (type !== 'LORA' && type !== 'ADALORA')
    throw new BadInput(`${where}: key "peft_type" is ${JSON.stringify(type)}; allowed: LORA, ADALORA`);
  const issue = result.error?.issues[0];
  if (issue) throw new BadInput(`${where}: key "${issue.path.join('.')}": ${issue.message}`);
  const data = present(result.data);
  if (data.peft_type === 'LORA' && typeof data.init_lora_weights === 'string' && !sameBase.has(data.init_lora_weights))
    throw new BadInput(
      `${where}: key "init_lora_weights" is "${data.init_lora_weights}", a start that changes the frozen weights ` +
        'too; save the adapter again in PEFT with path_initial_model_for_weight_conversion, which makes it plain LoRA',
    );
  const read = data.peft_type === 'LORA' ? loraSchema.shape : adaSchema.shape;
  const foreign = Object.keys(data).find((key) => !(key in read || HARMLESS.has(key) || isUnset(data[key])));
  if (foreign !== undefined) throw new BadInput(`${where}: key "${foreign}" is set, and no adapter here computes that`);
  return data;
};

/**
 * A pattern with one key for each target it takes, the whole path; of several keys the first, as
 * PEFT does.
 */
const resolved = (option: string, given: Pattern, paths: readonly string[]): Pattern =>
  Object.fromEntries(
    paths.flatMap((path) => {
      const [first] = matching(option, given, path);
      return first ? [[path.replace(/\W/g, '\\$&'), first[1]]] : [];
    }),
  );

/**
 * The adapter that PEFT's adapter_config.json describes, built for `model`: LoRA with rsLoRA, DoRA,
 * `rank_pattern`, `alpha_pattern`, trained biases and modules, or AdaLoRA, wherever it attaches.
 * `prefix` stands before every name of the model that PEFT had. Throws `BadInput` with `where` and
 * the key for what it cannot say the same of.
 */
export const readPeftConfig = (
  model: Model,
  text: string,
  { prefix, where }: { readonly prefix: string; readonly where: string },
): PeftConfig => {
  const config = parsed(text, where);
  const nameOf = (path: string) => (path.startsWith(prefix) ? path.slice(prefix.length) : path);
  const target_modules = [...peftTargets(model.linears, config, { nameOf, where })];
  const modulesToSave = config.modules_to_save ?? [];
  const inModel = modulesToSave.filter((module) => hasModule(model, module));
  const common = { alpha: config.lora_alpha, target_modules };
  const built = (chosen: Named) => {
    const options = adapters.parse(chosen, where);
    return { options, adapter: adapters.build(options, model), modulesToSave };
  };
  if (config.peft_type === 'ADALORA') {
    if (inModel.length > 0)
      throw new BadInput(`${where}: key "modules_to_save": ${inModel.join(', ')}: AdaLoRA is read with its head alone`);
    const { init_r } = config;
    const pruned = Object.entries(config.rank_pattern ?? {});
    const kept = Object.fromEntries(pruned.map(([name, keep]) => [`${prefix}${name}`, keep]));
    return { ...built({ name: 'adalora', init_r, target_r: init_r, ...common }), kept };
  }
  const patterns = (['rank_pattern', 'alpha_pattern'] as const).map((option) => [
    option,
    resolved(`${where}: ${option}`, config[option] ?? {}, target_modules),
  ]);
  const { r, use_rslora: rslora, use_dora, bias } = config;
  if (use_dora && bias !== 'none')
    throw new BadInput(`${where}: key "bias" is "${bias}" beside "use_dora"; allowed: none`);
  const biased = bias === 'none' ? {} : { bias };
  const saved = inModel.length > 0 ? { modules_to_save: inModel } : {};
  const chosen = { name: use_dora ? 'dora' : 'lora', r, rslora, ...common, ...biased, ...saved };
  return { ...built({ ...chosen, ...Object.fromEntries(patterns) }), kept: {} };
};
