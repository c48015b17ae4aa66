import { present } from '@lab/records';
import { tf } from '@lab/engine';
import { describe, expect, it } from 'vitest';
import { adapters } from '../index.ts';
import { initial, linears, output, tensors, tiny } from '../../test/tiny.ts';
import { roundsOf } from '../xgblora/index.ts';

const target_modules = linears.map(({ path }) => path);
const build = (name: string, options: object = {}) =>
  adapters.build(adapters.parse({ name, target_modules, ...options }), tiny);
const path = present(linears[0]).path;

/** What of a parameter is trained in a step. */
const trainedIn = (adapter: ReturnType<typeof build>, step: number, name: string, steps = 9): number[] =>
  tf.tidy(() => {
    const inputs = Object.fromEntries(
      Object.entries(present(adapter.state).inputs({ step, steps })).map(([key, x]) => [key, tf.scalar(x)]),
    );
    return [...present(adapter.trainable)(inputs, {})[name]!.dataSync()];
  });

describe.each(['cola', 'rac-lora', 's-lora'])('%s', (name) => {
  const adapter = build(name, { r: 2, links: 3 });

  it('trains one link after the other, each with an optimiser of its own', () => {
    expect([0, 2, 3, 5, 6, 8].map((step) => trainedIn(adapter, step, `${path}.lora_A`))).toEqual([
      [1, 1, 0, 0, 0, 0],
      [1, 1, 0, 0, 0, 0],
      [0, 0, 1, 1, 0, 0],
      [0, 0, 1, 1, 0, 0],
      [0, 0, 0, 0, 1, 1],
      [0, 0, 0, 0, 1, 1],
    ]);
    expect([0, 1, 2, 3, 4, 5, 6].map((step) => present(adapter.age)({ step, steps: 9 }))).toEqual([
      0, 1, 2, 0, 1, 2, 0,
    ]);
    // Parts that are not whole: ages still rise by one from 0.
    for (let step = 0; step < 10; step++) {
      const age = present(adapter.age)({ step, steps: 10 });
      expect(age === 0 || age === present(adapter.age)({ step: step - 1, steps: 10 }) + 1).toBe(true);
    }
  });

  it('a link that has not begun adds nothing', () => {
    const start = initial(adapter);
    const free = name === 'rac-lora' ? 'lora_A' : 'lora_B';
    const first = Object.fromEntries(
      Object.entries(start).map(([key, array]) => {
        if (!key.endsWith(free)) return [key, array];
        const width = present(array.shape[1]);
        // The first two ranks are rows of A, columns of B.
        const ours = (i: number) => (free === 'lora_A' ? Math.floor(i / width) : i % width) < 2;
        return [key, { ...array, data: Float32Array.from(array.data, (_, i) => (ours(i) ? 0.1 : 0)) }];
      }),
    );
    const other = free === 'lora_A' ? 'lora_B' : 'lora_A';
    const changed = Object.fromEntries(
      Object.entries(first).map(([key, array]) => {
        if (!key.endsWith(other)) return [key, array];
        const width = present(array.shape[1]);
        const later = (i: number) => (other === 'lora_A' ? Math.floor(i / width) : i % width) >= 2;
        return [key, { ...array, data: Float32Array.from(array.data, (x, i) => (later(i) ? 7 * Number(x) + 1 : x)) }];
      }),
    );
    const values = (params: typeof start) => tf.tidy(() => output(adapter, tensors(params)).dataSync());
    expect(values(changed)).toEqual(values(first));
    expect(values(first)).not.toEqual(values(start));
  });
});

it('rac-lora does not train or count the factor that is drawn', () => {
  const constants = (fixed: string) =>
    build('rac-lora', { fixed }).params.flatMap((param) => (param.frozen ? [param.name.split('.').at(-1)] : []));
  expect(new Set(constants('A'))).toEqual(new Set(['lora_A']));
  expect(new Set(constants('B'))).toEqual(new Set(['lora_B']));
});

it('xgblora draws as many layers as it is roundsTrained, in every round, and only their maps are trained', () => {
  const options = adapters.find('xgblora').options.parse({ rounds: 20, layers: 2 }) as Parameters<typeof roundsOf>[1];
  const drawn = roundsOf([0, 1, 2, 3], options);
  for (let round = 0; round < 20; round++)
    expect([0, 1, 2, 3].reduce((sum, layer) => sum + drawn.get(layer)![round]!, 0)).toBe(2);
  // Twenty rounds of two in four: the chance that a layer is never drawn is 2^-20.
  for (const rounds of drawn.values()) expect(rounds).toContain(1);
  expect(trainedIn(build('xgblora', { rounds: 3 }), 4, `${path}.lora_B`)).toEqual([0, 1, 0]);
  expect(() => build('xgblora', { layers: 2 })).toThrow('adapter.layers is 2; the targets lie in 1 layers');
});

it('rolora trains B, then A, then B', () => {
  const adapter = build('rolora', { rounds: 3 });
  const roundsTrained = (name: string) =>
    [0, 2, 3, 5, 6, 8].map((step) => trainedIn(adapter, step, `${path}.${name}`)[0]);
  expect(roundsTrained('lora_B')).toEqual([1, 1, 0, 0, 1, 1]);
  expect(roundsTrained('lora_A')).toEqual([0, 0, 1, 1, 0, 0]);
});
