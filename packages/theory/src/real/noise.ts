import type { HostParams } from '@lab/adapter';
import { methods } from '@lab/dropout';
import { floats, readFloats, scalar, type HostArray } from '@lab/engine';
import { sessionWith, type Batch, type Session } from '@lab/runner';
import type { Material } from './material.ts';

/**
 * Runs `use` on a session with the noise of a method of the catalogue, and disposes that session's
 * programs.
 */
export const withNoise = async <T>(
  { session }: Material,
  { name, ...options }: { readonly name: string; readonly [option: string]: unknown },
  use: (noisy: Session) => Promise<T>,
): Promise<T> => {
  const noisy = sessionWith(session, methods.build(methods.parse({ name, ...options })));
  try {
    return await use(noisy);
  } finally {
    noisy.dispose();
  }
};

/** Gradient [size] of the batch's loss by all trained parameters, under masks. */
export const gradientOf = async (
  session: Session,
  {
    params,
    batch,
    masks = {},
  }: Readonly<{ params: HostParams; batch: Batch; masks?: { readonly [name: string]: HostArray } }>,
): Promise<Float32Array> => {
  const theta = session.theta(params);
  const both = { first: masks, second: {} };
  const slope = await session.gradient({ theta, batch: batch.arrays, masks: both, share: scalar(1) });
  const grad = await readFloats(session.engine, slope.grad);
  session.engine.free([theta, slope.grad, slope.loss]);
  return grad;
};

/** A vector of zeros, to be added to a value that is differentiated by. */
export const zerosOf = (size: number) => floats(new Float32Array(size));
