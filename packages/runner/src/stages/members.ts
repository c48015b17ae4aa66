import type { HostParams } from '@lab/adapter';
import type { Key } from '@lab/random';
import { BadInput, type RunConfig } from '@lab/records';
import type { Handle } from '@lab/engine';
import type { Blueprint } from '../session/blueprint.ts';
import type { Session } from '../session/session.ts';
import type { Left } from './left.ts';
import { startValues } from './start.ts';

/**
 * The trained values of every run of an ensemble, each by itself; undefined where a run is none.
 * Throws `BadInput` for a task whose outputs are no probabilities of classes.
 */
export const membersOf = (
  config: RunConfig,
  blueprint: Blueprint,
  lefts: readonly Left[],
): readonly HostParams[] | undefined => {
  if (config.from?.take !== 'ensemble') return undefined;
  const { task } = blueprint;
  if (task.kind !== 'classification')
    throw new BadInput(
      `from.take: ensemble averages probabilities of classes, and ${config.dataset.name} is a ${task.kind} task; ` +
        'allowed: classification',
    );
  return lefts.map((left) => startValues(config, blueprint, [{ ...left, share: 1 }]));
};

/** Parameters of all members on the engine. The caller owns them. */
export const memberThetas = async (
  session: Session,
  root: Key,
  members: readonly HostParams[] = [],
): Promise<readonly Handle[]> => {
  const thetas: Handle[] = [];
  for (const params of members) {
    const { theta, ...rest } = await session.start(root, params);
    session.engine.free(rest);
    thetas.push(theta);
  }
  return thetas;
};
