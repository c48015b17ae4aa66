import { join } from 'node:path';
import { adapterSize, peftFiles, readPeftFiles, type Adapter, type HostParams, type Model } from '@lab/adapter';
import { classPooling, isLanguageModel, isSavable, models } from '@lab/models';
import { ADAPTER_FILES, BadInput, itemAt, keepImport, type AdapterFiles, type Named } from '@lab/records';
import { adoptedHead } from './head.ts';
import type { PeftFolder } from './folder.ts';

/** An adapter of PEFT that has been taken over. */
export interface Adopted {
  /** The name under which it is kept: 16 digits of its content. */
  readonly name: string;
  /** What a config says of it. */
  readonly model: Named;
  readonly adapter: Named;
  /** Present where it has a classification head. */
  readonly head?: 'fine-tuning';
  /** For people: what was read. */
  readonly summary: string;
}

const summaryOf = (adapter: Named, size: number, targets: number, head: HostParams): string => {
  const rank = adapter['r'] ?? adapter['init_r'];
  const outputs = head['classifier.weight'] ? itemAt(head['classifier.weight'].shape, 0) : 0;
  const kind = outputs > 0 ? `a head of ${outputs} outputs` : 'no head';
  return `${adapter.name}, rank ${rank}, ${targets} maps, ${size} parameters, ${kind}`;
};

/**
 * PEFT trains a word embedding beside the logits' table even where both are one; here they stay
 * one. Throws `BadInput` for such an adapter.
 */
const checkTable = (model: Model, { whole = [] }: Adapter, where: string): void => {
  if (!isLanguageModel(model) || model.tensors?.some(({ name }) => name === 'lm_head.weight')) return;
  const { vocabulary } = model;
  const table = whole.find(({ shape: [rows, ...more] }) => rows === vocabulary && more.length === 1);
  if (table)
    throw new BadInput(
      `${where}: ${table.name} is saved whole; the model makes its logits with the same table, and PEFT does not`,
    );
};

/**
 * Reads an adapter of PEFT for a base model and keeps it under `<out>/imports` in the form in which
 * runs store theirs. An adapter without a head is one of a language model. Throws `BadInput` for
 * what the adapter or the model here cannot say the same of.
 */
export const adopt = async (
  source: PeftFolder,
  given: Named,
  { out, weights }: { readonly out: string; readonly weights?: string | undefined },
): Promise<Adopted> => {
  const { folder, config, tensors } = source;
  const pooling = classPooling(given.name);
  const usual = source.writes ? { lm: true } : pooling === undefined ? {} : { pooling };
  const chosen = models.parse({ ...usual, ...given }, 'import: model');
  const context = {
    ...(weights === undefined ? {} : { weights }),
    cacheDir: join(out, 'cache', 'models'),
    trainedHead: !source.writes,
  };
  const model = await models.build(chosen, context);
  if (!isSavable(model))
    throw new BadInput(`model "${model.name}" is no checkpoint of transformers; PEFT has none of it`);
  const frozen = await model.weights();
  const read = readPeftFiles(model, { config, tensors, weights: frozen }, folder);
  checkTable(model, read.adapter, join(folder, ADAPTER_FILES[1]));
  const head = await adoptedHead(model, read.saved, join(folder, ADAPTER_FILES[1]));
  const files = peftFiles(read.options, model, { adapter: read.adapter, params: { ...read.params, ...head } });
  const kept: AdapterFiles = {
    'adapter_config.json': files['adapter_config.json'] ?? '',
    'adapter_model.safetensors': files['adapter_model.safetensors'] ?? '',
  };
  const { options, adapter } = read;
  const summary = summaryOf(options, adapterSize(adapter), adapter.targets.length, head);
  const headed = Object.keys(head).length > 0 ? ({ head: 'fine-tuning' } as const) : {};
  return { name: keepImport(out, kept), model: chosen, adapter: options, ...headed, summary };
};
