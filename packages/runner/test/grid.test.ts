import { fileURLToPath } from 'node:url';
import { adapters } from '@lab/adapter';
import { methods } from '@lab/dropout';
import { models } from '@lab/models';
import { fold, key } from '@lab/random';
import { openEngine, type Engine, type HostArray } from '@lab/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBatch } from '../src/step/batches.ts';
import type { Row } from '../src/session/row.ts';
import { blueprintOf } from '../src/session/blueprint.ts';
import { planRun } from '../src/plan/config.ts';
import { trainingMasks } from '../src/step/masks.ts';
import { stepProgram } from '../src/step/programs.ts';
import { decayVector, initialArrays, scalar, vector } from '../src/step/state.ts';
import { twoClasses } from './two-classes.ts';

/** What a method must be told at this size. */
const OPTIONS: { readonly [method: string]: object } = {
  clora: { k: 2 },
  custom: { noise: [{ site: 'lora.rank', structure: 'element', compensation: 'inverse', p: 0.2 }] },
};

const weights = fileURLToPath(new URL('../../models/test/fixtures/families/distilbert', import.meta.url));
const rows: readonly Row[] = [0, 1].map((i) => ({
  example: { id: `train:${i}`, text: '', label: i },
  encoded: [{ ids: Int32Array.from([3 + i, 7, 11 - i]) }],
}));
const examples = rows.map(({ example }) => example);
const dataset = twoClasses(examples);

const blueprint = async (adapter: string, method: string) => {
  const { config } = planRun(
    {
      seed: 1,
      dataset: { name: 'imdb' },
      model: { name: 'distilbert' },
      adapter: { name: adapter },
      dropout: { name: method, ...OPTIONS[method] },
    },
    'test',
  );
  return blueprintOf(config, await models.build(config.model, { weights }), dataset);
};

/** The sites that a method's noise asks for. */
const asked = (method: string): readonly string[] =>
  methods.build(methods.parse({ name: method, ...OPTIONS[method] })).noise.map(({ site }) => site);

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine('js');
});
afterAll(() => engine.close());

describe.each(adapters.names)('the adapter %s', (adapter) => {
  it('trains a step under every method, or refuses it with the reason', async () => {
    for (const method of methods.names) {
      const plan = await blueprint(adapter, method);
      const { model, layout } = plan;
      const offered = [...model.sites(2, 4), ...plan.adapter.sites(2, 4)].map(({ site }) => site as string);
      const missing = asked(method).find((site) => !offered.includes(site));
      const factors = layout.slots.some(({ name }) => /\.lora_[AB]$/.test(name));
      const at = { step: 1, steps: 4 };
      const step = async () => {
        const batch = makeBatch(rows, [0, 1], { size: 2, maxTokens: 8, task: plan.task });
        const frozen = Object.entries(await model.weights()).map(([name, array]) => [`weight/${name}`, array] as const);
        const inputs = Object.entries(plan.adapter.state?.inputs(at) ?? {}).map(
          ([name, value]) => [`adapter/${name}`, scalar(value)] as const,
        );
        const start = await initialArrays(plan, key(1));
        const given: { readonly [name: string]: HostArray } = {
          ...start,
          ...batch.arrays,
          ...trainingMasks(plan, batch, fold(key(1), method), 0.5),
          ...Object.fromEntries([...frozen, ...inputs]),
          share: scalar(1),
          lr: scalar(0.01),
          correction1: scalar(10),
          correction2: scalar(1000),
          decay: vector(decayVector(plan, 0.01)),
        };
        const program = engine.program(stepProgram(plan));
        const outputs = await program.run(given);
        const [loss, theta] = await Promise.all([engine.get(outputs.loss!), engine.get(outputs.theta!)]);
        engine.free(Object.values(outputs));
        program.dispose();
        return { loss: loss.data[0]!, theta: theta.data, before: start.theta!.data };
      };
      const why =
        missing !== undefined
          ? /would act nowhere; this model and adapter offer the sites/
          : method === 'clora' && !factors
            ? /has no lora_A and lora_B matrices to regularise/
            : null;
      if (why) {
        await expect(step(), `${adapter} with ${method}`).rejects.toThrow(why);
        continue;
      }
      const { loss, theta, before } = await step();
      expect([method, Number.isFinite(loss)]).toEqual([method, true]);
      expect([method, theta.every(Number.isFinite)]).toEqual([method, true]);
      expect([method, theta.some((x, i) => x !== before[i])]).toEqual([method, true]);
    }
  });
});
