import { join } from 'node:path';
import { adapterSize, peftFiles, readPeftFiles, type Adapter, type HostParams, type Model } from '@lab/adapter';
import { classPooling, isLanguageModel, isSavable, models } from '@lab/models';
import { ADAPTER_FILES, BadInput, itemAt, keepImport, type AdapterFiles, type Named } from '@lab/records';
import { foldedHead } from './fold.ts';
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
  const { 'classifier.weight': classifier, 'qa_outputs.weight': span } = head;
  const outputs = classifier ? `a head of ${itemAt(classifier.shape, 0)} outputs` : 'no head';
  const kind = span ? 'a span head' : outputs;
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
  { out, weights: folderOfBase }: { readonly out: string; readonly weights?: string | undefined },
): Promise<Adopted> => {
  const { folder, config, tensors } = source;
  const pooling = classPooling(given.name);
  // A decoder's classes stand on the last token; without a head it writes.
  const { outputs = pooling === 'last' ? 'tokens' : 'classes' } = source;
  const usual = { tokens: { lm: true }, span: { pooling: 'cls' }, classes: pooling === undefined ? {} : { pooling } };
  const chosen = models.parse({ ...usual[outputs], ...given }, 'import: model');
  const context = {
    ...(folderOfBase === undefined ? {} : { weights: folderOfBase }),
    cacheDir: join(out, 'cache', 'models'),
    trainedHead: outputs === 'classes',
  };
  const model = await models.build(chosen, context);
  if (!isSavable(model))
    throw new BadInput(`model "${model.name}" is no checkpoint of transformers; PEFT has none of it`);
  const weights = { ...(await model.weights()), ...(await model.trainedHead?.stored()) };
  const read = readPeftFiles(model, { config, tensors, weights }, folder);
  const file = join(folder, ADAPTER_FILES[1]);
  checkTable(model, read.adapter, file);
  const saved = await adoptedHead(model, read.saved, file);
  if (outputs === 'classes' && Object.keys(saved).length === 0)
    throw new BadInput(
      `${folder}: has no head, and ${model.name} puts out nothing without one; ` +
        'save it in PEFT with its head (modules_to_save)',
    );
  const { adapter, options, params, head } = foldedHead(model, read, saved, file);
  const files = peftFiles(options, model, { adapter, params: { ...params, ...head } });
  const kept: AdapterFiles = {
    'adapter_config.json': files['adapter_config.json'] ?? '',
    'adapter_model.safetensors': files['adapter_model.safetensors'] ?? '',
  };
  const summary = summaryOf(options, adapterSize(adapter), adapter.targets.length, head);
  const headed = head['classifier.weight'] ? ({ head: 'fine-tuning' } as const) : {};
  return { name: keepImport(out, kept), model: chosen, adapter: options, ...headed, summary };
};
