import { afterAll, beforeAll, describe } from 'vitest';
import { openEngine, readFloats, type Engine, type HostArray, type PureFunction } from '../src/index.ts';

/** Runs a function on an engine and reads every output, leaving no handle behind. */
export const evaluate = async (
  engine: Engine,
  fn: PureFunction,
  inputs: { readonly [name: string]: HostArray },
): Promise<{ readonly [name: string]: Float32Array }> => {
  const program = engine.program(fn);
  const outputs = await program.run(inputs);
  const read = await Promise.all(
    Object.entries(outputs).map(async ([name, handle]) => [name, await readFloats(engine, handle)] as const),
  );
  engine.free(Object.values(outputs));
  program.dispose();
  return Object.fromEntries(read);
};

export const floats = (shape: readonly number[], data: Iterable<number>): HostArray => ({
  dtype: 'float32',
  shape,
  data: Float32Array.from(data),
});

export const ints = (shape: readonly number[], data: Iterable<number>): HostArray => ({
  dtype: 'int32',
  shape,
  data: Int32Array.from(data),
});

const names = ['js', 'wasm', 'onnx'] as const;

/** The same tests on the engines that every machine has. */
export const onEveryEngine = (title: string, tests: (engine: () => Engine) => void): void =>
  describe.each(names)(`${title} on %s`, (name) => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await openEngine(name, { threads: 1 });
    });
    afterAll(() => engine.close());
    tests(() => engine);
  });
