import { existsSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { openEngine, type Engine, type HostArray, type PureFunction } from '../src/index.ts';

export type Inputs = Readonly<Record<string, HostArray>>;
export type Outputs = Readonly<Record<string, HostArray>>;

/** Runs a function once on an engine and brings every output to the host. */
export async function evaluate(engine: Engine, fn: PureFunction, inputs: Inputs): Promise<Outputs> {
  const program = engine.program(fn);
  const handles = await program.run(inputs);
  const outputs: Record<string, HostArray> = {};
  for (const [name, handle] of Object.entries(handles)) outputs[name] = await engine.get(handle);
  engine.free(Object.values(handles));
  program.dispose();
  return outputs;
}

/**
 * Debian's chromium brings a software Vulkan driver; it serves for correctness where there is no
 * GPU.
 */
const SWIFTSHADER = '/usr/lib/chromium/vk_swiftshader_icd.json';
if (!process.env['VK_DRIVER_FILES'] && existsSync(SWIFTSHADER)) process.env['VK_DRIVER_FILES'] = SWIFTSHADER;

const opened = new Map<string, Promise<Engine>>();
const once = (key: string, open: () => Promise<Engine>): Promise<Engine> => {
  const found = opened.get(key) ?? open();
  opened.set(key, found);
  return found;
};
export type Provider = 'cpu' | 'webgpu';
export const eager = (): Promise<Engine> => once('js', () => openEngine('js'));
export const native = (provider: Provider = 'cpu'): Promise<Engine> =>
  once(provider, () => openEngine('onnx', { threads: 1, provider }));

/**
 * `describe` once for each provider that starts here: always the CPU, and WebGPU where a Vulkan
 * driver is found. `runs` is how many random cases a property gets; a software GPU compiles every
 * shader of every shape, so it gets few.
 */
export async function describeProviders(
  title: string,
  body: (provider: Provider, runs: (onCpu: number) => number) => void,
): Promise<void> {
  describe(`${title} (cpu)`, () => body('cpu', (onCpu) => onCpu));
  const reason = await native('webgpu').then(
    () => undefined,
    (error: Error) => error.message,
  );
  if (reason === undefined) describe(`${title} (webgpu)`, { timeout: 300_000 }, () => body('webgpu', () => 1));
  else describe.skip(`${title} (webgpu) skipped, no Vulkan driver: ${reason}`, () => body('webgpu', () => 1));
}

/**
 * Every output of `fn` is the same, compiled and eager. The default tolerance is some ten float32
 * roundings (1.2e-7 each): ONNX Runtime's Erf, Exp, Tanh and tfjs' Erf are polynomials good to
 * about 1e-6, and sums run in another order.
 */
export async function expectSame(
  provider: Provider,
  fn: PureFunction,
  inputs: Inputs,
  relative = 3e-6,
  absolute = 3e-6,
): Promise<void> {
  const expected = await evaluate(await eager(), fn, inputs);
  const actual = await evaluate(await native(provider), fn, inputs);
  compare(expected, actual, relative, absolute);
}

/** Compares outputs by name: type, shape and, within the tolerance, every element. */
export function compare(expected: Outputs, actual: Outputs, relative: number, absolute: number): void {
  expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort());
  for (const [name, want] of Object.entries(expected)) {
    const got = actual[name]!;
    expect({ name, dtype: got.dtype, shape: got.shape }).toEqual({ name, dtype: want.dtype, shape: want.shape });
    want.data.forEach((w, i) => {
      const g = got.data[i]!;
      const close = Object.is(g, w) || g === w || Math.abs(g - w) <= absolute + relative * Math.abs(w);
      if (!close) throw new Error(`${name} [${want.shape.join()}] element ${i}: eager ${w}, compiled ${g}`);
    });
  }
}

/**
 * Numbers that look random and are the same each time: fractions of a quadratic sequence, spread
 * over [low, high).
 */
export function numbers(shape: readonly number[], seed: number, low = -2, high = 2): HostArray {
  const n = shape.reduce((p, d) => p * d, 1);
  const data = Float32Array.from({ length: n }, (_, i) => {
    const x = Math.sin((i + 1) * 12.9898 + seed * 78.233) * 43758.5453;
    return low + (high - low) * (x - Math.floor(x));
  });
  return { dtype: 'float32', shape, data };
}

export function integers(shape: readonly number[], seed: number, low: number, high: number): HostArray {
  const { data } = numbers(shape, seed, low, high);
  return { dtype: 'int32', shape, data: Int32Array.from(data, Math.floor) };
}

export function bools(shape: readonly number[], seed: number): HostArray {
  return { dtype: 'bool', shape, data: Uint8Array.from(numbers(shape, seed, 0, 1).data, (v) => Number(v < 0.7)) };
}

/** Shapes of up to four small axes. */
export const shapes = (min = 0, max = 4): fc.Arbitrary<number[]> =>
  fc.array(fc.integer({ min: 1, max: 4 }), { minLength: min, maxLength: max });

/** Two shapes that broadcast: some axes of each are 1, and the shorter may lack leading ones. */
export const broadcastShapes: fc.Arbitrary<[number[], number[]]> = fc
  .tuple(
    fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.constantFrom('both', 'both', 'left', 'right')), {
      maxLength: 4,
    }),
    fc.nat(2),
  )
  .map(([axes, drop]) => {
    const a = axes.map(([dim, who]) => (who === 'right' ? 1 : dim));
    const b = axes.map(([dim, who]) => (who === 'left' ? 1 : dim));
    return [a, b.slice(Math.min(drop, b.length))] as [number[], number[]];
  });
