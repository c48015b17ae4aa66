import { noNoise } from '@lab/adapter';
import { meanFieldScale } from '@lab/dropout';
import type { Key } from '@lab/random';
import type { Handle } from '@lab/engine';
import { chunks, evaluationOrder, type Row } from '../session/rows.ts';
import type { Session } from '../session/session.ts';
import type { Pass } from '../step/pass.ts';

/** Outputs of a set of examples, in the order of the rows. */
export type Outputs = readonly (readonly number[])[];

/** Raw outputs of a set of examples, every way that was asked for. */
export interface Readings {
  readonly deterministic: Outputs;
  readonly meanField: Outputs | null;
  /** By member, in drawing order. */
  readonly members: readonly Outputs[];
}

/** A session while its trained weights are read. */
export interface Reading {
  readonly session: Session;
  /** Stream of the members' masks. */
  readonly key: Key;
  /**
   * Called before every batch: lets heartbeats and signals have their turn, and throws where the
   * run is to stop.
   */
  readonly pause: () => Promise<void>;
}

/**
 * The rows of a split, and how many members of an ensemble read them; 0 leaves the ensemble out.
 */
export interface Asked {
  readonly rows: readonly Row[];
  readonly members: number;
}

/**
 * Whether the expected update is another pass than the deterministic one; undefined where the
 * method has none.
 */
export const meanFieldDiffers = ({ blueprint }: Session): boolean | undefined => {
  const scale = meanFieldScale(blueprint.method.noise, blueprint.model.layers);
  return scale === undefined ? undefined : scale !== noNoise;
};

const readPass = async (
  { session, key, pause }: Reading,
  theta: Handle,
  rows: readonly Row[],
  { pass, member }: { readonly pass: Pass; readonly member: number },
): Promise<Outputs> => {
  const outputs: number[][] = Array.from({ length: rows.length });
  for (const [index, indices] of chunks(evaluationOrder(rows), session.batchSize).entries()) {
    await pause();
    const batch = session.batch(rows, indices);
    const masks = pass === 'member' ? session.masks.member(batch, { key, member, index }) : {};
    const { data, width } = await session.read(pass, { theta, batch: batch.arrays, masks });
    indices.forEach((row, b) => {
      outputs[row] = Array.from(data.subarray(b * width, (b + 1) * width));
    });
  }
  return outputs;
};

/** Reads the trained weights every way that is asked for. */
export const readAll = async (reading: Reading, theta: Handle, { rows, members }: Asked): Promise<Readings> => {
  const read = (pass: Pass, member = 0) => readPass(reading, theta, rows, { pass, member });
  const deterministic = await read('deterministic');
  const differs = meanFieldDiffers(reading.session);
  // Where the expected update is the whole one, the deterministic pass has it already.
  const meanField = differs === undefined ? null : differs ? await read('mean-field') : deterministic;
  const drawn: Outputs[] = [];
  for (let member = 0; member < members; member++) drawn.push(await read('member', member));
  return { deterministic, meanField, members: drawn };
};
