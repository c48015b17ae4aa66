import { readFileSync } from 'node:fs';
import { BadInput, type CurvePoint } from '@lab/records';
import { readSafetensors, writeSafetensors, type HostArray } from '@lab/tensor';

/** Where a run stands. With the vectors beside it, everything that the rest of the run depends on. */
export interface Cursor {
  /** Optimiser steps done. */
  readonly step: number;
  /** Sum and number of training losses since the last row of the curve. */
  readonly lossSum: number;
  readonly lossCount: number;
  readonly curve: readonly CurvePoint[];
  readonly best: { readonly epoch: number; readonly score: number } | null;
  /** Seconds of training before this process took over. */
  readonly seconds: number;
}

export interface Checkpoint {
  readonly cursor: Cursor;
  /** theta, m, v, slots, and theta of the best epoch as `best`. */
  readonly arrays: { readonly [name: string]: HostArray };
}

/** One file's bytes: vectors as tensors, the cursor as metadata, and the run's id to tell it from another's. */
export const checkpointBytes = (id: string, { cursor, arrays }: Checkpoint): Uint8Array =>
  writeSafetensors({ tensors: arrays, metadata: { id, cursor: JSON.stringify(cursor) } });

/** Reads a checkpoint. Throws `BadInput` naming the file when it is broken or belongs to another run. */
export const readCheckpoint = (path: string, id: string): Checkpoint => {
  try {
    const { tensors, metadata } = readSafetensors(readFileSync(path));
    if (metadata.id !== id) throw new Error(`it belongs to run ${metadata.id ?? 'unknown'}`);
    return { cursor: JSON.parse(metadata.cursor ?? '') as Cursor, arrays: tensors };
  } catch (error) {
    throw new BadInput(
      `${path}: not a checkpoint of run ${id} (${(error as Error).message}); delete it to start again`,
    );
  }
};
