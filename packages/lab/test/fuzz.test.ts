import { key } from '@lab/random';
import { expect, it } from 'vitest';
import { fuzz } from './fuzz/fuzz.ts';
import { mutate } from './fuzz/mutate.ts';
import { fuzzTargets } from './fuzz/targets.ts';

it('changed files of every kind are read, or refused in one sentence', async () => {
  // At least the valid file and one change of each kind, however busy the machine is.
  const tallies = await fuzz({ seconds: 20, seed: Number(process.env['LAB_SEED'] ?? 0) });
  expect(tallies.map(({ target }) => target)).toEqual(fuzzTargets.map(({ name }) => name));
  expect(tallies.flatMap(({ wrong }) => wrong)).toEqual([]);
}, 600_000);

it('equal keys change a file in the same way, other keys in another', () => {
  const file = Buffer.from('{"a":[1,2,3],"b":{"c":"word"}}');
  expect(mutate(file, key(1))).toEqual(mutate(file, key(1)));
  const changed = new Set(Array.from({ length: 20 }, (_, i) => mutate(file, key(i)).toString('latin1')));
  expect(changed.size).toBeGreaterThan(15);
});
