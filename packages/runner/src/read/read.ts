import { noNoise } from '@lab/adapter';
import { meanFieldScale } from '@lab/dropout';
import type { Key } from '@lab/random';
import { itemAt } from '@lab/records';
import type { Handle } from '@lab/engine';
import { chunks, evaluationOrder, type Row } from '../session/rows/rows.ts';
import type { Session } from '../session/session.ts';
import type { Pass } from '../step/pass.ts';
import { openReader, type ReaderWay } from './reader.ts';
import { rowOutputs } from './row-outputs.ts';

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
   * Parameters of the members of an ensemble of finished runs, each read deterministically; absent:
   * members are draws of masks.
   */
  readonly members?: readonly Handle[];
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

/** Outputs of one way of reading, in the order of the rows. */
const readWay = async (reading: Reading, theta: Handle, rows: readonly Row[], way: ReaderWay): Promise<Outputs> => {
  const { session, pause } = reading;
  const outputs = Array.from({ length: rows.length }, (): readonly number[] => []);
  await pause();
  const reader = await openReader(reading, theta, way);
  try {
    for (const [index, indices] of chunks(evaluationOrder(rows), session.batchSize).entries()) {
      await pause();
      const batch = session.batch(rows, indices);
      const found = await reader.outputs(batch, index);
      indices.forEach((row, b) => {
        outputs[row] = rowOutputs(session.blueprint.task, batch, found, b);
      });
    }
  } finally {
    reader.dispose();
  }
  return outputs;
};

/** Reads the trained weights every way that is asked for. */
export const readAll = async (reading: Reading, theta: Handle, { rows, members }: Asked): Promise<Readings> => {
  const differs = meanFieldDiffers(reading.session);
  const single = (of: Handle, pass: Pass) => ({ theta: of, way: { pass, member: 0 } });
  const ways: readonly { readonly theta: Handle; readonly way: ReaderWay }[] = [
    single(theta, 'deterministic'),
    ...(differs ? [single(theta, 'mean-field')] : []),
    ...Array.from({ length: members }, (_, member) => {
      const own = reading.members?.[member];
      return own ? single(own, 'deterministic') : { theta, way: { pass: 'member', member } as const };
    }),
  ];
  const outputs: Outputs[] = [];
  for (const each of ways) outputs.push(await readWay(reading, each.theta, rows, each.way));
  const deterministic = itemAt(outputs, 0);
  // Where the expected update is the whole one, the deterministic pass has it already.
  const meanField = differs === undefined ? null : differs ? itemAt(outputs, 1) : deterministic;
  return { deterministic, meanField, members: outputs.slice(differs ? 2 : 1) };
};
