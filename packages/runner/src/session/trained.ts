import type { HostParams } from '@lab/adapter';
import { BadInput } from '@lab/records';
import { readPeft } from '@lab/adapter';
import { asFloats, readSafetensors } from '@lab/engine';
import type { Blueprint, Setting } from './blueprint.ts';
import { EXPERTS, HEAD_GATES } from './heads/gated-head.ts';
import { EARLIER, OWN } from './heads/growing-head.ts';

/** What stands before every name in an adapter file. */
const PREFIX = 'base_model.model.';

/** The tensors of a file of these names, those that a file has. */
const headTensors = (bytes: Uint8Array, names: readonly string[]): HostParams => {
  const { tensors } = readSafetensors(bytes);
  return Object.fromEntries(
    names.flatMap((name) => {
      const array = tensors[`${PREFIX}${name}`];
      return array ? [[name, asFloats(array, name)] as const] : [];
    }),
  );
};

/**
 * Trained parameters of a blueprint by name, the adapter's and the head's, from the bytes of its
 * adapter_model.safetensors. Throws `BadInput` with `where` and the tensor's name when one is
 * missing or does not fit.
 */
export const trainedParams = ({ adapter, head }: Blueprint, bytes: Uint8Array, where: string): HostParams => {
  const stored = headTensors(
    bytes,
    head.params.map(({ name }) => name),
  );
  const own = head.params.map(({ name, shape }) => {
    const tensor = stored[name];
    if (tensor?.shape.join() !== shape.join())
      throw new BadInput(
        `${where}: the head's ${name} is ${tensor ? `[${tensor.shape.join(', ')}]` : 'missing'}; ` +
          `expected [${shape.join(', ')}]`,
      );
    return [name, tensor] as const;
  });
  return { ...readPeft(adapter, bytes, where), ...Object.fromEntries(own) };
};

/**
 * Parameters that a training takes over from the bytes of an adapter_model.safetensors: the
 * adapter's, and the head's where the file has one. Throws `BadInput` as `trainedParams` does.
 */
export const startingParams = (blueprint: Blueprint, bytes: Uint8Array, where: string): HostParams =>
  Object.keys(
    headTensors(
      bytes,
      blueprint.head.params.map(({ name }) => name),
    ),
  ).length > 0
    ? trainedParams(blueprint, bytes, where)
    : readPeft(blueprint.adapter, bytes, where);

/**
 * What a stored head was trained for, from its shape alone: as many classes as it has outputs, of
 * two texts each by itself where it reads more than one vector of the model's width. Of several
 * heads that are mixed, each has as many. Without a head the model writes texts. A span head says
 * so by its name.
 */
export const storedSetting = (bytes: Uint8Array, width: number): Setting => {
  const names = [`${OWN}.weight`, `${EARLIER}.weight`, `${EXPERTS}.weight`, HEAD_GATES, 'qa_outputs.weight'];
  const stored = headTensors(bytes, names);
  if (stored['qa_outputs.weight']) return { task: { kind: 'extractive-qa' }, biEncoder: false, before: 0 };
  const [, heads = 1] = stored[HEAD_GATES]?.shape ?? [];
  const [rows, features] = (stored[`${OWN}.weight`] ?? stored[`${EXPERTS}.weight`])?.shape ?? [];
  const own = rows === undefined ? undefined : rows / heads;
  const [before = 0] = stored[`${EARLIER}.weight`]?.shape ?? [];
  if (own === undefined) return { task: { kind: 'text-to-text' }, biEncoder: false, before };
  const classes = Array.from({ length: before + own }, (_, i) => `class ${i}`);
  return { task: { kind: 'classification', classes }, biEncoder: features !== width, before };
};
