import { fold, type Key } from '@lab/random';
import { withParts, type HostParams } from '@lab/adapter';
import {
  floats,
  sizeOf,
  viewOf,
  type Engine,
  type Float32HostArray,
  type HostArray,
  type Layout,
  type OutputsOf,
} from '@lab/engine';
import type { Blueprint } from '../session/blueprint.ts';
import type { StateTensors } from './step.ts';

/** Training state on the engine. */
export type State = OutputsOf<StateTensors>;

/** Training state on the host. */
export interface HostState {
  readonly theta: Float32HostArray;
  readonly m: Float32HostArray;
  readonly v: Float32HostArray;
  readonly optimizer: HostParams;
  readonly adapter: HostParams;
}

/** Every parameter of theta by name; views, not copies. */
export const named = (layout: Layout, theta: Float32Array): HostParams =>
  Object.fromEntries(layout.slots.map(({ name, shape }) => [name, floats(viewOf(layout, theta, name), shape)]));

/** theta of parameters by name. Throws for a parameter that is missing. */
export const flat = (layout: Layout, params: HostParams): Float32Array => {
  const theta = new Float32Array(layout.size);
  for (const { name } of layout.slots) {
    const given = params[name];
    if (!given) throw new Error(`no parameter named ${name}`);
    viewOf(layout, theta, name).set(given.data);
  }
  return theta;
};

/**
 * Every parameter's start value, each from a key of its own name: equal seeds start equal, whatever
 * the method. Frozen weights are read only where a parameter starts from them. Parameters that
 * `from` has are taken over.
 */
export const initialState = async (
  { model, adapter, head, layout, optimizer }: Blueprint,
  root: Key,
  from: HostParams = {},
): Promise<HostState> => {
  const theta = new Float32Array(layout.size);
  const stream = fold(root, 'init');
  const stored = (await head.stored?.()) ?? {};
  const frozen = adapter.params.some(({ start }) => start) ? withParts(adapter.targets, await model.weights()) : {};
  for (const { name, init, start } of [...adapter.params, ...head.params]) {
    const own = fold(stream, name);
    const fresh = () => (start ? start(own, frozen) : init(own));
    viewOf(layout, theta, name).set((from[name] ?? stored[name])?.data ?? fresh());
  }
  const zeros = (shape: readonly number[]) => floats(new Float32Array(sizeOf(shape)), shape);
  return {
    theta: floats(theta),
    m: zeros([layout.size]),
    v: zeros([layout.size]),
    optimizer: Object.fromEntries((optimizer?.slots ?? []).map(({ name, shape }) => [name, zeros(shape)])),
    adapter: Object.fromEntries(
      (adapter.state?.slots ?? []).map(({ name, shape, init }) => [name, floats(init(), shape)]),
    ),
  };
};

/** Weight decay of every element of theta. */
export const decayVector = ({ adapter, head, layout }: Blueprint, weightDecay: number): Float32Array => {
  const decay = new Float32Array(layout.size);
  for (const param of [...adapter.params, ...head.params])
    if (param.decay) viewOf(layout, decay, param.name).fill(weightDecay);
  return decay;
};

const mapped = <From, To>(values: { readonly [name: string]: From }, to: (value: From) => To) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, to(value)]));

/** A state from the host on an engine. */
export const putState = (engine: Engine, { theta, m, v, optimizer, adapter }: HostState): State => {
  const put = (array: HostArray) => engine.put(array);
  return {
    theta: put(theta),
    m: put(m),
    v: put(v),
    optimizer: mapped(optimizer, put),
    adapter: mapped(adapter, put),
  };
};
