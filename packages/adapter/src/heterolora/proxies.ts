import type { Probe } from '../adapter.ts';
import type { HostParams } from '../host-params.ts';
import type { Module } from './modules.ts';
import { floatsAt } from '../named.ts';

/** What ranks modules. */
export const PROXIES = ['const', 'grad-norm', 'snip', 'synflow', 'alpha-test'] as const;
export type ZeroCostProxy = (typeof PROXIES)[number];

/** The switches' parameter: one number a module, 1 on and 0 off. */
export const SWITCHES = 'modules.on';

const data = (params: HostParams, name: string): Float32Array => floatsAt(params, name);

const norm = (values: Float32Array): number => Math.sqrt(values.reduce((sum, x) => sum + x * x, 0));

/** sum |w g| over one tensor. */
const saliency = (w: Float32Array, g: Float32Array): number => w.reduce((sum, x, i) => sum + Math.abs(x * g[i]!), 0);

const overFactors = (modules: readonly Module[], score: (name: string) => number): readonly number[] =>
  modules.map(({ path }) => score(`${path}.lora_A`) + score(`${path}.lora_B`));

/** Frobenius norms of the gradients of A and B, added. */
export const gradNorm = (modules: readonly Module[], grad: HostParams): readonly number[] =>
  overFactors(modules, (name) => norm(data(grad, name)));

/**
 * sum |A dL/dA| + sum |B dL/dB|: the gradient by a mask of ones (Lee et al. 2019, Eq. 5), without
 * their normalisation.
 */
export const snip = (modules: readonly Module[], params: HostParams, grad: HostParams): readonly number[] =>
  overFactors(modules, (name) => saliency(data(params, name), data(grad, name)));

/**
 * The same with the gradient of the sum of outputs where everything is positive (Tanaka et al.
 * 2020, Eq. 1).
 */
export const synflow = (modules: readonly Module[], params: HostParams, grad: HostParams): readonly number[] =>
  snip(modules, params, grad);

/**
 * The smallest scale, in tenths, by which one module alone may be multiplied with the metric
 * falling by at most `tolerance`; found by halving, so it takes the metric to grow with the scale.
 */
export const alphaTest = async (
  modules: readonly Module[],
  params: HostParams,
  metric: Probe['metric'],
  tolerance: number,
): Promise<readonly number[]> => {
  const ones = floatsAt(params, SWITCHES);
  const whole = await metric(params);
  const scores: number[] = [];
  for (const i of modules.keys()) {
    const at = async (tenths: number): Promise<number> => {
      const scaled = Float32Array.from(ones);
      scaled[i] = tenths / 10;
      return metric({ ...params, [SWITCHES]: { dtype: 'float32', shape: [scaled.length], data: scaled } });
    };
    let [low, high] = [0, 10];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if ((await at(middle)) >= whole - tolerance) high = middle;
      else low = middle + 1;
    }
    scores.push(high / 10);
  }
  return scores;
};

/** Scores of all modules with all of them on, in order. CONST needs no model. */
export const moduleScores = async (
  proxy: ZeroCostProxy,
  modules: readonly Module[],
  params: HostParams,
  probe: Probe,
  tolerance: number,
): Promise<readonly number[]> => {
  switch (proxy) {
    case 'const':
      return modules.map(() => 1);
    case 'grad-norm':
      return gradNorm(modules, await probe.gradient(params));
    case 'snip':
      return snip(modules, params, await probe.gradient(params));
    case 'synflow':
      return synflow(modules, params, await probe.flow(params));
    case 'alpha-test':
      return alphaTest(modules, params, probe.metric, tolerance);
  }
};

/** Why scores of modules with these values say nothing; null where they do. */
export const emptiness = (proxy: ZeroCostProxy, scores: readonly number[]): string | null => {
  if (scores.some((score) => !Number.isFinite(score))) return `${proxy}: some scores are no finite numbers`;
  if (proxy === 'const' || proxy === 'grad-norm') return null;
  if (scores.every((score) => score === scores[0]))
    return `${proxy}: all scores are ${scores[0]}, as they must be where B = 0; the choice is random`;
  return null;
};
