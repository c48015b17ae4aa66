import type { Model } from '@lab/adapter';
import type { Engine, Handle } from '@lab/engine';
import type { Blueprint } from './blueprint.ts';
import { programsOf, type Programs } from './programs.ts';
import { sessionOf, type Session, type SessionSize } from './session.ts';

/**
 * What a worker keeps between runs: frozen weights on the engine, and the programs of the last
 * blueprint.
 */
export interface Workshop {
  readonly engine: Engine;
  readonly open: (blueprint: Blueprint, size: SessionSize) => Promise<Session>;
  /** Frees the weights of a model that no later run shares. */
  readonly forget: (model: Model) => Promise<void>;
  /** Frees weights and programs, and closes the engine. */
  readonly close: () => Promise<void>;
}

/** Opens a workshop on an engine. */
export const openWorkshop = (engine: Engine): Workshop => {
  const loaded = new Map<Model, Promise<{ readonly [name: string]: Handle }>>();
  let current: { readonly signature: string; readonly programs: Programs } | null = null;
  const load = async (model: Model) => {
    const weights = Object.entries(await model.weights());
    return Object.fromEntries(weights.map(([name, array]) => [name, engine.put(array)]));
  };
  const programsFor = (blueprint: Blueprint): Programs => {
    if (current?.signature === blueprint.signature) return current.programs;
    // One set at a time: runs of one arm come together, and every compiled program needs its own
    // working memory.
    current?.programs.dispose();
    const programs = programsOf(engine, blueprint);
    current = { signature: blueprint.signature, programs };
    return programs;
  };
  return {
    engine,
    open: async (blueprint, size) => {
      const loading = loaded.get(blueprint.model) ?? load(blueprint.model);
      loaded.set(blueprint.model, loading);
      return sessionOf({ engine, programs: programsFor(blueprint), frozen: await loading }, blueprint, size);
    },
    forget: async (model) => {
      const loading = loaded.get(model);
      loaded.delete(model);
      if (loading) engine.free(await loading);
    },
    close: async () => {
      current?.programs.dispose();
      current = null;
      for (const handles of loaded.values()) engine.free(await handles);
      loaded.clear();
      await engine.close();
    },
  };
};
