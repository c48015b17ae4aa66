import { fold, type Key } from '@lab/random';
import type { HostParams } from '@lab/adapter';
import { sizeOf, viewOf, type Engine, type Handle, type HostArray, type Layout } from '@lab/engine';
import type { Blueprint } from '../session/blueprint.ts';

/** Training state on the engine: theta, m, v, `slot/…` of adapters and `optimizer/…` of optimisers with a state of their own. */
export type State = { readonly [name: string]: Handle };

export const vector = (data: Float32Array): HostArray => ({ dtype: 'float32', shape: [data.length], data });

export const scalar = (value: number): HostArray => ({ dtype: 'float32', shape: [], data: Float32Array.of(value) });

/** Every parameter of theta by name; views, not copies. */
export const named = (layout: Layout, theta: Float32Array): HostParams =>
  Object.fromEntries(
    layout.slots.map(({ name, shape }) => [name, { dtype: 'float32', shape, data: viewOf(layout, theta, name) }]),
  );

/** theta of parameters by name. */
export const flat = (layout: Layout, params: HostParams): Float32Array => {
  const theta = new Float32Array(layout.size);
  for (const { name } of layout.slots) viewOf(layout, theta, name).set(params[name]!.data);
  return theta;
};

/**
 * Every parameter's start value, each from a key of its own name: equal seeds start equal, whatever the method. Frozen weights are read
 * only where a parameter starts from them.
 */
export const initialArrays = async (
  { model, adapter, head, layout, optimizer }: Blueprint,
  root: Key,
): Promise<{ readonly [name: string]: HostArray }> => {
  const theta = new Float32Array(layout.size);
  const stream = fold(root, 'init');
  const frozen = adapter.params.some(({ start }) => start) ? await model.weights() : {};
  for (const { name, init, start } of [...adapter.params, ...head.params]) {
    const own = fold(stream, name);
    viewOf(layout, theta, name).set(start ? start(own, frozen) : init(own));
  }
  const slots = (adapter.state?.slots ?? []).map(({ name, shape, init }): [string, HostArray] => [
    `slot/${name}`,
    { dtype: 'float32', shape, data: init() },
  ]);
  const own = (optimizer?.slots ?? []).map(({ name, shape }): [string, HostArray] => [
    `optimizer/${name}`,
    { dtype: 'float32', shape, data: new Float32Array(sizeOf(shape)) },
  ]);
  return {
    theta: vector(theta),
    m: vector(new Float32Array(layout.size)),
    v: vector(new Float32Array(layout.size)),
    ...Object.fromEntries(slots),
    ...Object.fromEntries(own),
  };
};

/** Weight decay of every element of theta. */
export const decayVector = ({ adapter, head, layout }: Blueprint, weightDecay: number): Float32Array => {
  const decay = new Float32Array(layout.size);
  for (const param of [...adapter.params, ...head.params])
    if (param.decay) viewOf(layout, decay, param.name).fill(weightDecay);
  return decay;
};

export const putAll = (engine: Engine, arrays: { readonly [name: string]: HostArray }): State =>
  Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, engine.put(array)]));

export const getAll = async (engine: Engine, state: State): Promise<{ readonly [name: string]: HostArray }> =>
  Object.fromEntries(
    await Promise.all(Object.entries(state).map(async ([name, handle]) => [name, await engine.get(handle)] as const)),
  );
