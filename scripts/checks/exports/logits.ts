import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { noNoise, type HostParams } from '@lab/adapter';
import { tf, type Params } from '@lab/engine';
import { models } from '@lab/models';
import { readRecord, runFolder } from '@lab/records';
import { blueprintOf, passWith, storedSetting, trainedParams } from '@lab/runner';

const uploaded = (arrays: HostParams): Params =>
  Object.fromEntries(Object.entries(arrays).map(([name, { data, shape }]) => [name, tf.tensor(data, [...shape])]));

/** Outputs of a finished run for texts of token ids, each alone, from what it stored. */
export const logitsOf = async (
  out: string,
  run: string,
  weights: string,
  texts: readonly (readonly number[])[],
): Promise<readonly (readonly number[])[]> => {
  const config = readRecord(out, run)?.config;
  if (!config) throw new Error(`run ${run} has no record`);
  const model = await models.build(config.model, { weights, trainedHead: config.head === 'fine-tuning' });
  const bytes = readFileSync(join(runFolder(out, run), 'adapter', 'adapter_model.safetensors'));
  const blueprint = blueprintOf(config, model, storedSetting(bytes, model.width));
  const [params, frozen] = [uploaded(trainedParams(blueprint, bytes, run)), uploaded(await model.weights())];
  return texts.map((text) => {
    const ids = tf.tensor2d([...text], [1, text.length], 'int32');
    const batch = { ids, valid: tf.ones<tf.Rank.R2>(ids.shape), extra: { types: tf.zerosLike(ids) } };
    return [...passWith(blueprint, { frozen, batch }, params, noNoise).outputs.dataSync()];
  });
};
