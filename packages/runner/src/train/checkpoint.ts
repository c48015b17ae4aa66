import { canonical, digest, setAside, type Allocation, type CurvePoint, needBytes } from '@lab/records';
import { readSafetensors, writeSafetensors, type Engine, type Handle, type HostArray } from '@lab/engine';
import type { State } from '../step/state.ts';

/**
 * Where a run stands. With the vectors beside it, everything that the rest of the run depends on.
 */
export interface Cursor {
  /** Optimiser steps done. */
  readonly step: number;
  /** Sum and number of training losses since the last row of the curve. */
  readonly lossSum: number;
  readonly lossCount: number;
  readonly curve: readonly CurvePoint[];
  /** What a search chose since the last row of the curve. */
  readonly allocations?: readonly Allocation[];
  readonly best: { readonly epoch: number; readonly score: number } | null;
  /** Seconds of training before this process took over. */
  readonly seconds: number;
}

export interface Checkpoint {
  readonly cursor: Cursor;
  /**
   * The state by path (`theta`, `m`, `v`, `optimizer/…`, `adapter/…`), and theta of the best epoch
   * as `best`.
   */
  readonly arrays: { readonly [name: string]: HostArray };
}

/** Checksum of all that a checkpoint says. */
const seal = (id: string, cursor: string, arrays: Checkpoint['arrays']): string =>
  digest(
    canonical([
      id,
      cursor,
      Object.entries(arrays)
        .map(([name, { dtype, shape, data }]) => [
          name,
          dtype,
          shape,
          digest(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
        ])
        .sort(),
    ]),
  );

/**
 * One file's bytes: vectors as tensors, the cursor as metadata, the run's id to tell it from
 * another's, and a checksum of it all.
 */
export const checkpointBytes = (id: string, { cursor, arrays }: Checkpoint): Uint8Array => {
  const text = JSON.stringify(cursor);
  return writeSafetensors({ tensors: arrays, metadata: { id, cursor: text, sha256: seal(id, text, arrays) } });
};

const opened = (path: string, id: string): Checkpoint | null => {
  try {
    const { tensors, metadata } = readSafetensors(needBytes(path, 'the run begins again', Infinity));
    const { cursor = '', sha256 } = metadata;
    if (metadata.id !== id || sha256 !== seal(id, cursor, tensors)) return null;
    return { cursor: JSON.parse(cursor) as Cursor, arrays: tensors };
  } catch {
    // Whatever a broken file makes of itself, it is not used.
    return null;
  }
};

/**
 * Reads a run's checkpoint. One that is cut off, edited or of another run is set aside and null
 * comes back: the run starts again.
 */
export const readCheckpoint = (path: string, id: string): Checkpoint | null => {
  const checkpoint = opened(path, id);
  if (checkpoint === null) setAside(path);
  return checkpoint;
};

/**
 * The state and the best theta of a checkpoint on an engine. Throws where theta or a moment is
 * missing.
 */
export const putCheckpoint = (
  engine: Engine,
  { arrays }: Checkpoint,
): { readonly state: State; readonly best: Handle | null } => {
  const put = (name: string): Handle => {
    const array = arrays[name];
    if (!array) throw new Error(`the checkpoint has no ${name}`);
    return engine.put(array);
  };
  const under = (prefix: string) =>
    Object.fromEntries(
      Object.entries(arrays)
        .filter(([path]) => path.startsWith(prefix))
        .map(([path, array]) => [path.slice(prefix.length), engine.put(array)]),
    );
  const state = { theta: put('theta'), m: put('m'), v: put('v') };
  return {
    state: { ...state, optimizer: under('optimizer/'), adapter: under('adapter/') },
    best: arrays['best'] ? put('best') : null,
  };
};
