import { present } from '@lab/records';
import { tf, type Params } from '@lab/engine';
import { describe, expect, it } from 'vitest';
import { adapters } from '../index.ts';
import { initial, linears, output, passed, tensors, tiny, trained } from '../../test/tiny.ts';
import { balanceLoss } from './gated.ts';
import { firstStep, stageAt } from './stages.ts';
import { tensorAt } from '../named.ts';

const target_modules = linears.map(({ path }) => path);
const adapter = adapters.build(
  adapters.parse({ name: 'mole', r: 2, alpha: 2, experts: 3, gate_share: 0.25, target_modules }),
  tiny,
);
const lora = adapters.build(adapters.parse({ name: 'lora', r: 2, alpha: 2, target_modules }), tiny);
const path = present(linears[0]).path;

const staged = (params: Params, stage: number): Params => ({
  ...params,
  'mole.stage': tf.tensor1d([0, 1, 2, 3].map((i) => Number(i === stage))),
});

/** Parameters of expert k as those of a LoRA. */
const expert = (params: Params, k: number): Params =>
  Object.fromEntries(
    linears.flatMap(({ path: at, dIn, dOut }) => [
      [`${at}.lora_A`, tf.slice(tensorAt(params, `${at}.lora_A`), [2 * k, 0], [2, dIn])],
      [`${at}.lora_B`, tf.slice(tensorAt(params, `${at}.lora_B`), [0, 2 * k], [dOut, 2])],
    ]),
  );

const near = (a: tf.Tensor, b: tf.Tensor): void => {
  const other = b.dataSync();
  // Two orders of some dozen float32 sums of size below ten.
  a.dataSync().forEach((x, i) => expect(Math.abs(x - present(other[i]))).toBeLessThan(1e-5));
};

describe('mole', () => {
  it.each([0, 1, 2])('in stage %i it is the LoRA of that expert alone', (k) => {
    tf.tidy(() => {
      const params = tensors(trained(adapter));
      near(output(adapter, staged(params, k)), output(lora, expert(params, k)));
    });
  });

  it('trains experts one after the other, then the gates alone, each with an optimiser of its own', () => {
    expect(Array.from({ length: 12 }, (_, step) => stageAt({ step, steps: 12 }, 3, 0.25))).toEqual([
      0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3,
    ]);
    expect([0, 1, 2, 3].map((stage) => firstStep(stage, 3, 0.25, 12))).toEqual([0, 3, 6, 9]);
    for (let step = 0; step < 17; step++) {
      const age = present(adapter.age)({ step, steps: 17 });
      expect(age === 0 || age === present(adapter.age)({ step: step - 1, steps: 17 }) + 1).toBe(true);
    }
    tf.tidy(() => {
      const at = (stage: number, name: string) => [
        ...present(adapter.trainable)({ stage: tf.scalar(stage) }, {})[`${path}.${name}`]!.dataSync(),
      ];
      expect(at(1, 'lora_A')).toEqual([0, 0, 1, 1, 0, 0]);
      expect(at(1, 'gate_e')).toEqual([0]);
      expect(at(3, 'lora_B')).toEqual([0, 0, 0, 0, 0, 0]);
      expect(at(3, 'gate_e')).toEqual([1]);
    });
  });

  it('the last update of a stage switches the next one on', () => {
    const after = (step: number) =>
      tf.tidy(() => {
        const inputs = Object.fromEntries(
          Object.entries(present(adapter.state).inputs({ step, steps: 12 })).map(([name, x]) => [name, tf.scalar(x)]),
        );
        const moments = () => ({ m: {}, v: {} });
        const { params } = present(adapter.state).update({ params: {}, grads: {}, slots: {}, inputs, moments });
        return [...tensorAt(params, 'mole.stage').dataSync()];
      });
    expect(after(1)).toEqual([1, 0, 0, 0]);
    expect(after(2)).toEqual([0, 1, 0, 0]);
    expect(after(8)).toEqual([0, 0, 0, 1]);
    expect(after(11)).toEqual([0, 0, 0, 1]);
  });

  it('starts its gates at the plain average of experts, and sums gates to one', () => {
    tf.tidy(() => {
      const start = tensors(initial(adapter));
      const all = tensors(trained(adapter));
      const level = Object.fromEntries(
        Object.entries(all).map(([name, value]) => [name, name.includes('gate_') ? present(start[name]) : value]),
      );
      const { recorded } = passed(adapter, staged(level, 3));
      for (const { path: at } of linears)
        tensorAt(recorded, `${at}.gates`)
          .dataSync()
          .forEach((q) => expect(Math.abs(q - 1 / 3)).toBeLessThan(1e-6));
      const moved = tensorAt(passed(adapter, staged(all, 3)).recorded, `${path}.gates`);
      expect(Math.abs((tf.sum(moved).arraySync() as number) - 1)).toBeLessThan(1e-6);
      expect(moved.dataSync()[0]).not.toBeCloseTo(1 / 3, 3);
    });
  });

  it('the balance loss is least where experts are used alike, and silent until gates are trained', () => {
    tf.tidy(() => {
      const of = (gates: readonly number[]) =>
        balanceLoss(['p'], { 'p.gates': tf.tensor1d([...gates]) }).arraySync() as number;
      expect(of([1 / 3, 1 / 3, 1 / 3])).toBeCloseTo(3 * Math.log(3), 5);
      expect(of([0.5, 0.3, 0.2])).toBeGreaterThan(of([1 / 3, 1 / 3, 1 / 3]));
      const params = tensors(trained(adapter));
      const penalty = (stage: number) => {
        const now = staged(params, stage);
        return present(adapter.penalty)(now, passed(adapter, now).recorded).arraySync();
      };
      expect(penalty(0)).toBe(0);
      expect(penalty(3)).toBeGreaterThan(0.5 * 3 * Math.log(3));
    });
  });

  it('cannot be merged', () => expect(adapter.delta).toBeUndefined());
});
