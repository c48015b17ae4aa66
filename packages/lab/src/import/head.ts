import type { HostParams, Model } from '@lab/adapter';
import { floats, transposed, type Float32HostArray } from '@lab/engine';
import type { SavableModel } from '@lab/models';
import { BadInput } from '@lab/records';

/** A tensor in the model's layout: kernels of linear maps are [d_in, d_out]. */
const laidOut = ({ linears }: Model, name: string, stored: Float32HostArray): Float32HostArray => {
  const spec = linears.find(({ path }) => name === `${path}.weight`);
  return spec ? floats(transposed(stored.data, spec.dIn), [spec.dIn, spec.dOut]) : stored;
};

/**
 * A head that PEFT saved with an adapter, as runs name it: a span head, or a classification head as
 * `head: fine-tuning` has it; nothing where it saved none. Layers before its linear map that PEFT
 * did not save are those of the base model. Throws `BadInput` with the name of a tensor that this
 * model has no place for, and of one that neither has: PEFT then drew it at random, and it is lost.
 */
export const adoptedHead = async (model: SavableModel, saved: HostParams, where: string): Promise<HostParams> => {
  const names = Object.keys(saved);
  if (names.length === 0) return {};
  const { classHead, trainedHead, spanHead } = model;
  if (spanHead && names.every((name) => name.startsWith('qa_outputs.'))) return saved;
  const linear = ['weight', 'bias'].map((kind) => [`${classHead?.linear}.${kind}`, `classifier.${kind}`] as const);
  const before = trainedHead?.tensors.map(({ name }) => name) ?? [];
  const stray = names.find((name) => !before.includes(name) && linear.every(([theirs]) => theirs !== name));
  if (stray !== undefined)
    throw new BadInput(`${where}: ${stray} is saved whole, and ${model.name} has no such weight to put it in`);
  const map = linear.flatMap(([theirs, ours]) => (saved[theirs] ? [[ours, saved[theirs]] as const] : []));
  const base = (await trainedHead?.stored()) ?? {};
  const layers = before.map((name) => {
    const array = saved[name] ? laidOut(model, name, saved[name]) : base[name];
    if (array) return [name, array] as const;
    throw new BadInput(
      `${where}: ${name} of the head is neither here nor in the base model; PEFT drew it at random, and only ` +
        'modules_to_save would have kept it',
    );
  });
  return Object.fromEntries([...layers, ...map]);
};
