import { BadInput } from '@lab/records';
import { z } from 'zod';
import { adapters } from '../catalogue.ts';
import { matching, type Pattern } from '../lora/patterns.ts';
import type { Adapter } from '../adapter.ts';
import type { Model } from '../model.ts';
import { selectTargets } from '../targets.ts';

const none = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === false ||
  (typeof value === 'object' && Object.keys(value).length === 0);

/**
 * Fields of adapter_config.json that change what is computed in ways no adapter here has; each must
 * be null, false or empty.
 */
const FOREIGN = [
  'use_dora',
  'use_qalora',
  'lora_bias',
  'layers_to_transform',
  'layer_replication',
  'exclude_modules',
  'target_parameters',
  'trainable_token_indices',
] as const;

const pattern = z.record(z.string(), z.number().positive()).nullish();
const shared = {
  lora_alpha: z.number(),
  target_modules: z.union([z.string(), z.array(z.string())]),
  modules_to_save: z.array(z.string()).nullish(),
  bias: z.literal('none').default('none'),
};
const schema = z.discriminatedUnion('peft_type', [
  z.looseObject({
    peft_type: z.literal('LORA'),
    r: z.number(),
    use_rslora: z.boolean().default(false),
    rank_pattern: pattern,
    alpha_pattern: pattern,
    // The other starts (pissa, olora, …) change the frozen weights too.
    init_lora_weights: z.union([z.boolean(), z.literal('gaussian')]).default(true),
    ...shared,
  }),
  z.looseObject({
    peft_type: z.literal('ADALORA'),
    init_r: z.number(),
    rank_pattern: z.record(z.string(), z.array(z.boolean())).nullish(),
    ...shared,
  }),
]);

/** What adapter_config.json says of an adapter. */
export interface PeftConfig {
  readonly adapter: Adapter;
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
    throw new BadInput(`${where}: ${(error as Error).message}`);
  }
  const result = schema.safeParse(json);
  const issue = result.error?.issues[0];
  if (issue) throw new BadInput(`${where}: key "${issue.path.join('.')}": ${issue.message}`);
  const foreign = FOREIGN.find((field) => !none(result.data![field]));
  if (foreign) throw new BadInput(`${where}: key "${foreign}" is set, and no adapter here computes that`);
  return result.data!;
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
 * The adapter that PEFT's adapter_config.json describes (LoRA with rsLoRA, `rank_pattern` and
 * `alpha_pattern`, or AdaLoRA), built for `model`. Throws `BadInput` with `where` and the key for
 * what it cannot say the same of.
 */
export const readPeftConfig = (model: Model, text: string, where: string): PeftConfig => {
  const config = parsed(text, where);
  const words = config.target_modules;
  if (typeof words === 'string' && words !== 'all-linear')
    throw new BadInput(`${where}: key "target_modules" is "${words}"; allowed: a list of names, or all-linear`);
  const targets = words;
  const modulesToSave = config.modules_to_save ?? [];
  const common = { alpha: config.lora_alpha, target_modules: targets };
  if (config.peft_type === 'ADALORA') {
    const { init_r } = config;
    const options = adapters.parse({ name: 'adalora', init_r, target_r: init_r, ...common }, where);
    return { adapter: adapters.build(options, model), modulesToSave, kept: config.rank_pattern ?? {} };
  }
  const paths = selectTargets(model.linears, targets).map(({ path }) => path);
  const patterns = (['rank_pattern', 'alpha_pattern'] as const).map((option) => [
    option,
    resolved(`${where}: ${option}`, config[option] ?? {}, paths),
  ]);
  const { r, use_rslora: rslora } = config;
  const options = { name: 'lora', r, rslora, ...common, ...Object.fromEntries(patterns) };
  return { adapter: adapters.build(adapters.parse(options, where), model), modulesToSave, kept: {} };
};
