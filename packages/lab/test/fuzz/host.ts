/** Reads changed files in a process that may be killed; says how each ended. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fold, key } from '@lab/random';
import { itemAt } from '@lab/records';
import { attemptInProcess } from '../bad-input/outcome.ts';
import { mutate } from './mutate.ts';
import { fuzzTargets, place } from './targets.ts';

type AskedCase = { readonly target: number; readonly turn: number; readonly seed: number; readonly folder: string };

const answer = async ({ target: index, turn, seed, folder }: AskedCase) => {
  const target = itemAt(fuzzTargets, index);
  const own = join(folder, `${index}-${turn}`);
  // Case 0 is the valid file: it has to be read, or the target tests nothing.
  const changed =
    turn === 0
      ? Buffer.from(target.valid())
      : mutate(Buffer.from(target.valid()), fold(key(seed), `${target.name} ${turn}`));
  place(target, own, changed);
  const outcome = await attemptInProcess(() => target.read(own));
  rmSync(own, { recursive: true, force: true });
  return { ...outcome, megabytes: process.resourceUsage().maxRSS / 1024 };
};

process.on('message', (asked: AskedCase) => {
  void answer(asked).then((ended) => process.send?.(ended));
});
process.send?.('ready');
