import { join } from 'node:path';
import { merge, type Adapter, type HostParams } from '@lab/adapter';
import { mergeFactor } from '@lab/dropout';
import { isSavable } from '@lab/models';
import { BadInput, itemAt, writeWhole, type RunConfig } from '@lab/records';
import { writeSafetensors } from '@lab/engine';
import { classTensors } from './peft.ts';
import { singleReadout, type Single, type FinishedRun } from './trained.ts';

/** The adapter with the part of its update that noise meets multiplied as the readout asks. */
const scaled = (adapter: Adapter, factor: (path: string) => number): Adapter => {
  const { delta, deltaFrom, noiselessDelta } = adapter;
  if (deltaFrom)
    return {
      ...adapter,
      deltaFrom: (spec, params, { weights }) => deltaFrom(spec, params, { weights, factor: factor(spec.path) }),
    };
  if (!delta) return adapter;
  return {
    ...adapter,
    delta: (spec, params) => {
      const times = factor(spec.path);
      const whole = delta(spec, params);
      if (times === 1) return whole;
      const constant = noiselessDelta?.(spec, params) ?? new Float32Array(whole.length);
      return whole.map((x, i) => (x - itemAt(constant, i)) * times + itemAt(constant, i));
    },
  };
};

/** Keys of config.json by which transformers knows how many outputs a classification head has. */
const labelled = (outputs: number) => {
  const labels = Array.from({ length: outputs }, (_, i) => [`LABEL_${i}`, i] as const);
  return {
    id2label: Object.fromEntries(labels.map(([label, i]) => [i, label])),
    label2id: Object.fromEntries(labels),
  };
};

/**
 * The base model with the update in its weights, as a folder that transformers loads, and the head
 * beside it; a head that is trained whole lies in the checkpoint, as the class of the family has
 * it. Throws `BadInput` for a readout or an adapter that one set of weights cannot hold.
 */
export const writeMerged = async (
  trained: FinishedRun,
  config: RunConfig,
  { to, readout: asked }: { readonly to: string; readonly readout?: Single },
): Promise<void> => {
  const { blueprint, params } = trained;
  const { model, adapter, method, head } = blueprint;
  if (!isSavable(model))
    throw new BadInput(`model "${model.name}" does not come as a checkpoint, so none can be written`);
  const readout = singleReadout(trained, config.dropout.name, asked);
  const places = new Map(adapter.targets.map((spec) => [spec.path, spec]));
  const factor = (path: string) => mergeFactor({ ...method, evaluate: { readout } }, places.get(path)!, model.layers);
  const base = await model.weights();
  const merged: HostParams = merge(scaled(adapter, factor), base, params);
  const extra = Object.keys(merged).find((name) => !(name in base));
  if (extra !== undefined)
    throw new BadInput(
      `adapter "${config.adapter.name}": ${extra} is trained, but a checkpoint of ${model.name} has no place for it`,
    );
  const own = new Set(head.params.map(({ name }) => name));
  const tensors = Object.fromEntries(Object.entries(params).filter(([name]) => own.has(name)));
  const { classHead, trainedHead } = model;
  if (classHead && trainedHead) {
    const outputs = params['classifier.weight']?.shape[0] ?? 0;
    return model.save(to, merged, { tensors: classTensors(model, classHead, tensors, {}), config: labelled(outputs) });
  }
  if ('qa_outputs.weight' in tensors && model.spanHead) return model.save(to, merged, { tensors, config: {} });
  await model.save(to, merged);
  if (head.params.length === 0) return;
  writeWhole(join(to, 'head.safetensors'), writeSafetensors({ tensors, metadata: { format: 'pt' } }));
};
