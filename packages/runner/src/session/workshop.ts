import type { HostArray, Handle, Engine, Program } from '@lab/engine';
import type { Model } from '@lab/adapter';
import type { Blueprint } from './blueprint.ts';
import {
  flowProgram,
  gradientProgram,
  nextProgram,
  predictProgram,
  scoreProgram,
  startProgram,
  stepProgram,
  type Pass,
} from '../step/programs.ts';

/** The programs of one blueprint. */
export interface Programs {
  readonly gradient: Program;
  readonly step: Program;
  /** What an adapter's search asks for. */
  readonly search: { readonly score: Program; readonly flow: Program };
  readonly predict: { readonly [pass in Pass]: Program };
  /** For texts: reading prompts, and writing one token. Traced at their first use. */
  readonly write: { readonly [pass in Pass]: { readonly start: Program; readonly next: Program } };
}

/** What a worker keeps between runs: frozen weights on the engine, and the programs of the last blueprint. */
export interface Workshop {
  readonly engine: Engine;
  readonly weights: (model: Model) => Promise<{ readonly [name: string]: Handle }>;
  readonly programs: (blueprint: Blueprint) => Programs;
  readonly close: () => Promise<void>;
}

const eachPass = <T>(make: (pass: Pass) => T): { readonly [pass in Pass]: T } => ({
  deterministic: make('deterministic'),
  'mean-field': make('mean-field'),
  member: make('member'),
});

const programsOf = (engine: Engine, blueprint: Blueprint): Programs => ({
  gradient: engine.program(gradientProgram(blueprint)),
  step: engine.program(stepProgram(blueprint)),
  search: {
    score: engine.program(scoreProgram(blueprint)),
    flow: engine.program(flowProgram(blueprint)),
  },
  predict: eachPass((pass) => engine.program(predictProgram(blueprint, pass))),
  write: eachPass((pass) => ({
    start: engine.program(startProgram(blueprint, pass)),
    next: engine.program(nextProgram(blueprint, pass)),
  })),
});

/** Opens a workshop on an engine. */
export const openWorkshop = (engine: Engine): Workshop => {
  const loaded = new Map<Model, Promise<{ readonly [name: string]: Handle }>>();
  let current: { readonly signature: string; readonly programs: Programs } | null = null;
  const load = async (model: Model) => {
    const arrays: { readonly [name: string]: HostArray } = await model.weights();
    return Object.fromEntries(Object.entries(arrays).map(([name, array]) => [`weight/${name}`, engine.put(array)]));
  };
  const dispose = ({ gradient, step, search, predict, write }: Programs) => {
    const writing = Object.values(write).flatMap((each) => Object.values(each));
    [gradient, step, ...Object.values(search), ...Object.values(predict), ...writing].forEach((each) => each.dispose());
  };
  return {
    engine,
    weights: (model) => {
      const found = loaded.get(model) ?? load(model);
      loaded.set(model, found);
      return found;
    },
    programs: (blueprint) => {
      if (current?.signature === blueprint.signature) return current.programs;
      // One set at a time: runs of one arm come together, and every compiled program holds its working memory.
      if (current) dispose(current.programs);
      const programs = programsOf(engine, blueprint);
      current = { signature: blueprint.signature, programs };
      return programs;
    },
    close: async () => {
      if (current) dispose(current.programs);
      current = null;
      for (const handles of loaded.values()) engine.free(Object.values(await handles));
      await engine.close();
    },
  };
};
