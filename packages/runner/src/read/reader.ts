import type { Handle } from '@lab/engine';
import type { HostOutputs } from '../session/session.ts';
import type { Batch } from '../step/batch.ts';
import type { Pass } from '../step/pass.ts';
import type { Reading } from './read.ts';

/** One way of reading: a pass and, for a member, its number. */
export interface ReaderWay {
  readonly pass: Pass;
  readonly member: number;
}

/** Trained weights made ready to be read one way. Dispose it after use. */
export interface Reader {
  /** Outputs of a batch; `index` names it, for masks that belong to a batch. */
  readonly outputs: (batch: Batch, index: number) => Promise<HostOutputs>;
  readonly dispose: () => void;
}

/**
 * Where the adapter's update fits into the weights it is added once, and every batch is a pass of
 * the plain model. Elsewhere the adapter runs with every batch, under masks of its own.
 */
export const openReader = async (
  { session, key }: Pick<Reading, 'session' | 'key'>,
  theta: Handle,
  { pass, member }: ReaderWay,
): Promise<Reader> => {
  const merged = await session.merge(pass, { theta, key, member });
  if (merged) return { outputs: ({ arrays }) => merged.read(arrays), dispose: merged.dispose };
  return {
    outputs: (batch, index) => {
      const masks = pass === 'member' ? session.masks.member(batch, { key, member, index }) : {};
      return session.read(pass, { theta, batch: batch.arrays, masks });
    },
    dispose: () => undefined,
  };
};
