import type { HostParams, ParamSpec } from '@lab/adapter';
import { floats, tf, type Params } from '@lab/engine';
import { itemAt } from '@lab/records';
import type { Head } from './head.ts';

/** What stands before the names of the rows of this stage's classes, and of those met before. */
export const OWN = 'classifier';
export const EARLIER = 'earlier';

/**
 * The trained parameters of a run with the rows of all classes that it met, those of earlier stages
 * first, as one linear head. As they are where the head did not grow.
 */
export const wholeHead = (params: HostParams): HostParams => {
  const names = Object.keys(params).filter((name) => name.startsWith(`${EARLIER}.`));
  const rest = Object.entries(params).filter(([name]) => !names.includes(name));
  const whole = names.map((name) => {
    const [earlier, own] = [params[name], params[name.replace(EARLIER, OWN)]];
    const [n = 0, ...features] = own?.shape ?? [];
    const both = [...(earlier?.data ?? []), ...(own?.data ?? [])];
    const shape = [n + (earlier?.shape[0] ?? 0), ...features];
    return [name.replace(EARLIER, OWN), floats(Float32Array.from(both), shape)] as const;
  });
  return { ...Object.fromEntries(rest), ...Object.fromEntries(whole) };
};

/**
 * A linear head to which every stage adds rows. `own` is the head of this stage's classes; the rows
 * of the `before` classes of earlier stages travel along and are not trained. Logits: [B, before +
 * own], earlier classes first.
 */
export const growingHead = (own: Head, before: number): Head => {
  const earlier = own.params.map(({ name, shape: [, ...rest] }): ParamSpec => {
    const shape = [before, ...rest];
    return {
      name: name.replace(OWN, EARLIER),
      shape,
      decay: false,
      frozen: true,
      init: () => new Float32Array(shape.reduce((a, b) => a * b, 1)),
    };
  });
  const ofEarlier = (params: Params): Params =>
    Object.fromEntries(
      own.params.flatMap(({ name }, i) => {
        const value = params[itemAt(earlier, i).name];
        return value ? [[name, value] as const] : [];
      }),
    );
  return {
    params: [...own.params, ...earlier],
    read: (inputs) => {
      const { pooled, outputs } = own.read(inputs);
      const earlierOutputs = own.read({ ...inputs, params: ofEarlier(inputs.params) }).outputs;
      return { pooled, outputs: tf.concat2d([earlierOutputs, outputs], 1) };
    },
  };
};
