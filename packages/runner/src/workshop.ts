import type { HostArray, Handle, Engine, Program } from '@lab/tensor';
import type { Model } from '@lab/adapter';
import type { Blueprint } from './blueprint.ts';
import { gradientProgram, predictProgram, stepProgram, type Pass } from './programs.ts';

/** The programs of one blueprint. */
export interface Programs {
  readonly gradient: Program;
  readonly step: Program;
  readonly predict: { readonly [pass in Pass]: Program };
}

/** What a worker keeps between runs: frozen weights on the engine, and programs by signature. */
export interface Workshop {
  readonly engine: Engine;
  readonly weights: (model: Model) => Promise<{ readonly [name: string]: Handle }>;
  readonly programs: (blueprint: Blueprint) => Programs;
  readonly close: () => Promise<void>;
}

/** Programs kept for other runs of the same shape; more would cost memory. */
const kept = 2;

/** Opens a workshop on an engine. */
export const openWorkshop = (engine: Engine): Workshop => {
  const loaded = new Map<string, Promise<{ readonly [name: string]: Handle }>>();
  const ready = new Map<string, Programs>();
  const load = async (model: Model) => {
    const arrays: { readonly [name: string]: HostArray } = await model.weights();
    return Object.fromEntries(Object.entries(arrays).map(([name, array]) => [`weight/${name}`, engine.put(array)]));
  };
  const dispose = ({ gradient, step, predict }: Programs) =>
    [gradient, step, ...Object.values(predict)].forEach((program) => program.dispose());
  return {
    engine,
    weights: (model) => {
      const found = loaded.get(model.name) ?? load(model);
      loaded.set(model.name, found);
      return found;
    },
    programs: (blueprint) => {
      const found = ready.get(blueprint.signature) ?? {
        gradient: engine.program(gradientProgram(blueprint)),
        step: engine.program(stepProgram(blueprint)),
        predict: {
          quiet: engine.program(predictProgram(blueprint, 'quiet')),
          'mean-field': engine.program(predictProgram(blueprint, 'mean-field')),
          member: engine.program(predictProgram(blueprint, 'member')),
        },
      };
      // Moved to the end: the first one is the one longest unused.
      ready.delete(blueprint.signature);
      ready.set(blueprint.signature, found);
      for (const [signature, programs] of ready) {
        if (ready.size <= kept) break;
        ready.delete(signature);
        dispose(programs);
      }
      return found;
    },
    close: async () => {
      ready.forEach(dispose);
      for (const handles of loaded.values()) engine.free(Object.values(await handles));
      await engine.close();
    },
  };
};
