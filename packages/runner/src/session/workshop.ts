import type { Model } from '@lab/adapter';
import type { Engine, Handle, OutputsOf, Params, Storage } from '@lab/engine';
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
  const loaded = new Map<Model, Map<Storage, Promise<OutputsOf<Params>>>>();
  let current: { readonly signature: string; readonly programs: Programs } | null = null;
  /** One tensor after the other, so that none but the last is in memory twice. */
  const load = async (model: Model, base: Storage): Promise<OutputsOf<Params>> => {
    const matrices = new Set(model.linears.map(({ path }) => `${path}.weight`));
    const handles: { [name: string]: Handle } = {};
    for await (const [name, array] of model.eachWeight?.() ?? Object.entries(await model.weights()))
      handles[name] = engine.put(array, matrices.has(name) ? base : 'float32');
    return handles;
  };
  /** Weights of a model, loaded once for a way of keeping them. */
  const frozenOf = (model: Model, base: Storage): Promise<OutputsOf<Params>> => {
    const kept = loaded.get(model) ?? new Map<Storage, Promise<OutputsOf<Params>>>();
    loaded.set(model, kept);
    const loading = kept.get(base) ?? load(model, base);
    kept.set(base, loading);
    return loading;
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
      const frozen = await frozenOf(blueprint.model, blueprint.base ?? 'float32');
      return sessionOf({ engine, programs: programsFor(blueprint), frozen }, blueprint, size);
    },
    forget: async (model) => {
      const kept = loaded.get(model);
      loaded.delete(model);
      for (const handles of kept?.values() ?? []) engine.free(await handles);
    },
    close: async () => {
      current?.programs.dispose();
      current = null;
      for (const kept of loaded.values()) for (const handles of kept.values()) engine.free(await handles);
      loaded.clear();
      await engine.close();
    },
  };
};
