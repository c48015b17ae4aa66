import { BadInput } from '@lab/records';
import { sizeOf, tf, type Params } from '@lab/engine';
import { z } from 'zod';
import type { Adapter, ParamSpec } from './adapter.ts';
import type { FrozenTensor, LinearSpec, Model } from './model.ts';
import { tensorAt } from './named.ts';

/** Name of the parameter that is added to a frozen weight which is trained whole. */
export const deltaOf = (name: string): string => `${name}.delta`;

const isBias = ({ name, shape }: FrozenTensor): boolean => name.endsWith('bias') && shape.length === 1;

/** Whether a path leads into a module, which PEFT names by any end of its own path. */
export const leadsInto = (path: string, module: string): boolean => {
  const steps = path.split('.');
  return steps.some((_, i) =>
    steps
      .slice(0, i + 1)
      .join('.')
      .endsWith(module),
  );
};

const isOf = ({ name }: FrozenTensor, module: string): boolean => leadsInto(name.replace(/\.\w+$/, ''), module);

/** Whether a model has a module, by its whole name or by what it ends in. */
export const hasModule = ({ tensors = [] }: Pick<Model, 'tensors'>, module: string): boolean =>
  tensors.some((tensor) => isOf(tensor, module));

/** The option by which adapters name modules that are trained whole. */
export const wholeOptions = {
  modules_to_save: z
    .array(z.string())
    .min(1)
    .optional()
    .describe('modules trained whole beside the pairs, by the end of their names; absent: none'),
};

/** Which weights an adapter trains whole, as PEFT has it. `bias` `all`: every bias of the model. */
interface WholeChoice {
  readonly bias?: string | undefined;
  readonly modules_to_save?: readonly string[] | undefined;
}

/**
 * The frozen weights that are trained whole beside the pairs of `targets`. Throws `BadInput` for a
 * model that does not list its weights, for a module that it does not have, and for one that is a
 * target or lies in one.
 */
export const wholeTensors = (
  { name, tensors }: Model,
  targets: readonly LinearSpec[],
  { bias, modules_to_save: modules = [] }: WholeChoice,
): readonly FrozenTensor[] => {
  if (bias !== 'all' && modules.length === 0) return [];
  if (!tensors) throw new BadInput(`adapter: the model ${name} does not say which weights it has to train whole`);
  const missed = modules.find((module) => !hasModule({ tensors }, module));
  if (missed !== undefined) throw new BadInput(`adapter.modules_to_save: ${name} has no module "${missed}"`);
  const taken = targets.find(({ path }) => modules.some((module) => leadsInto(path, module)));
  if (taken) throw new BadInput(`adapter.modules_to_save: ${taken.path} is a target; a module is one or the other`);
  return tensors.filter(
    (tensor) => (bias === 'all' && isBias(tensor)) || modules.some((module) => isOf(tensor, module)),
  );
};

/** Parameters of weights that are trained whole: differences, zero at the start. */
export const wholeParams = (tensors: readonly FrozenTensor[]): readonly ParamSpec[] =>
  tensors.map(({ name, shape }) => ({
    name: deltaOf(name),
    shape,
    decay: shape.length > 1,
    init: () => new Float32Array(sizeOf(shape)),
  }));

/** The weights that are trained whole, as they are now. */
export const movedWeights = ({ whole = [] }: Adapter, frozen: Params, params: Params): Params =>
  Object.fromEntries(
    whole.map(({ name }) => [name, tf.add(tensorAt(frozen, name), tensorAt(params, deltaOf(name)))] as const),
  );
