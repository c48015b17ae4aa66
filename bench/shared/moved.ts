import { floats, type Handle } from '@lab/engine';
import { fold, normal, type Key } from '@lab/random';
import type { Session } from '@lab/runner';

/** Trainable parameters away from their start, where one factor of every update is zero. */
export const movedTheta = async (session: Session, start: Key, noise: Key): Promise<Handle> => {
  const params = await session.params((await session.start(start)).theta);
  return session.theta(
    Object.fromEntries(
      Object.entries(params).map(([name, { data, shape }]) => {
        const drawn = normal(fold(noise, name), data.length);
        return [
          name,
          floats(
            data.map((x, i) => x + 0.02 * (drawn[i] ?? 0)),
            shape,
          ),
        ];
      }),
    ),
  );
};
