import { methods } from '@lab/dropout';
import { BadInput, underKey, type Labels } from '@lab/records';
import { gridLabel } from './arm-labels.ts';
import type { Arm } from './experiment.ts';
import type { Json } from './patch.ts';

type Options = { readonly [option: string]: unknown };
type Value = string | number | boolean;

const isValue = (value: unknown): value is Value => ['string', 'number', 'boolean'].includes(typeof value);

/** Whether a list is several values of an option, and not one value that is a list. */
const isGrid = (method: string, option: string, value: unknown): value is readonly Value[] => {
  const schema = methods.find(method).options.shape[option];
  return Array.isArray(value) && value.length > 0 && value.every(isValue) && schema?.safeParse(value).success === false;
};

/** Arms of methods by name, and the options that some of them try several values of. */
export interface MethodArms {
  readonly arms: readonly Arm[];
  readonly axes: readonly string[];
}

/**
 * `{ none: {}, lora-dropout: { p: [.1, .3] } }` as arms with the label `method`. A list that an
 * option does not take is tried value by value, and labels the arms. An entry with `name` is a
 * method under a label of its own. Throws `BadInput` for an unknown method.
 */
export const armsOfMethods = (given: { readonly [label: string]: Options | null }, where: string): MethodArms => {
  const axes = new Set<string>();
  const arms = Object.entries(given).flatMap(([label, options]): readonly Arm[] => {
    const { name = label, ...rest } = options ?? {};
    if (typeof name !== 'string')
      throw new BadInput(`${where}: key "methods.${label}.name": expected the name of a method`, ['methods', label]);
    underKey('methods', () => underKey(label, () => methods.find(name)));
    return Object.entries(rest).reduce<readonly Arm[]>(
      (points, [option, value]) => {
        const values = isGrid(name, option, value) ? value : null;
        if (values && values.length > 1) axes.add(option);
        return points.flatMap(({ labels, config }) =>
          (values ?? [value as Json]).map((one): Arm => ({
            labels: values && values.length > 1 ? { ...labels, [option]: gridLabel(one as Value) } : labels,
            config: { dropout: { ...(config.dropout as object), [option]: one as Json } },
          })),
        );
      },
      [{ labels: { method: label }, config: { dropout: { name } } }],
    );
  });
  return { arms, axes: [...axes] };
};

/** A baseline that is one word names a method. */
export const baselineLabels = (baseline: string | Labels): Labels =>
  typeof baseline === 'string' ? { method: baseline } : baseline;
