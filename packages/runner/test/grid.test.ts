import { fileURLToPath } from 'node:url';
import { adapters } from '@lab/adapter';
import { methods } from '@lab/dropout';
import { models } from '@lab/models';
import { fold, key } from '@lab/random';
import { floats, openEngine, readFloats, scalar, type Engine, type Float32HostArray } from '@lab/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blueprintOf, settingOf } from '../src/session/blueprint.ts';
import type { Row } from '../src/session/rows/rows.ts';
import { openWorkshop } from '../src/session/workshop.ts';
import { planRun } from '../src/plan/config.ts';
import { decayVector } from '../src/step/state.ts';
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
  const model = await models.build(config.model, { weights });
  return blueprintOf(config, model, settingOf(model, dataset));
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
        const session = await openWorkshop(engine).open(plan, { batchSize: 2, maxTokens: 8 });
        const batch = session.batch(rows, [0, 1]);
        const controls: { [name: string]: Float32HostArray } = {};
        for (const [name, value] of Object.entries(plan.adapter.state?.inputs(at) ?? {}))
          controls[name] = scalar(value);
        const state = await session.start(key(1));
        const before = await readFloats(engine, state.theta);
        const outputs = await session.step({
          ...state,
          batch: batch.arrays,
          masks: session.masks.training(batch, { key: fold(key(1), method), progress: 0.5 }),
          controls,
          share: scalar(1),
          rates: { lr: scalar(0.01), correction1: scalar(10), correction2: scalar(1000) },
          decay: floats(decayVector(plan, 0.01)),
        });
        const [[loss], theta] = [await readFloats(engine, outputs.loss), await readFloats(engine, outputs.state.theta)];
        engine.free({ state, outputs, frozen: session.frozen });
        session.dispose();
        return { loss, theta, before };
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
