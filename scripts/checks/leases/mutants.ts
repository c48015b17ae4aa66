import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { compileFunction } from 'node:vm';
import type { Leases, LeaseWorld } from '@lab/records';
import ts from 'typescript';

const file = new URL('../../../packages/records/src/store/lease.ts', import.meta.url);

/** A change of the protocol's code that breaks it, and what then goes wrong. */
export type Mutant = { readonly name: string; readonly from: string; readonly to: string };

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'takes a lease that somebody holds',
    from: 'if (holding.held && holding.fence !== dead) return null;',
    to: '',
  },
  {
    name: 'never asks whether the lease is still its own',
    from: 'fences(folder).at(-1) === fence && world.read(folder, nameOf(fence)) === owner',
    to: 'true || (fence === 0 && owner === "")',
  },
  {
    name: 'knows its lease by the number alone',
    from: ' && world.read(folder, nameOf(fence)) === owner',
    to: ' || owner === ""',
  },
  {
    name: 'counts an owner on another host as dead at once',
    from: 'silent < leaseTimeout',
    to: 'silent < 0',
  },
  {
    name: 'never counts an owner on another host as dead',
    from: 'silent < leaseTimeout',
    to: 'silent < Infinity',
  },
  {
    name: 'sends no heartbeat',
    from: 'if (isOurs(lease)) world.touch(lease.folder, nameOf(lease.fence));',
    to: '',
  },
  {
    name: 'reads its clock after the heartbeat alone',
    from: 'return before - seen.since;',
    to: 'return after - seen.since + 0 * before;',
  },
  {
    name: 'asks for the number that is taken',
    from: 'const fence = holding.fence + 1;',
    to: 'const fence = Math.max(1, holding.fence);',
  },
];

/**
 * The protocol with a change in its code.
 *
 * @throws Error where the code has moved on and the change no longer fits.
 */
export const openMutant = ({ name, from, to }: Mutant): ((world: LeaseWorld) => Leases) => {
  const code = readFileSync(file, 'utf8');
  if (code.split(from).length !== 2) throw new Error(`mutant "${name}" no longer fits ${file.pathname}`);
  const { outputText } = ts.transpileModule(code.replace(from, to), {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2023 },
  });
  const exported: { openLeases?: (world: LeaseWorld) => Leases } = {};
  compileFunction(outputText, ['exports', 'require'])(exported, createRequire(file));
  if (!exported.openLeases) throw new Error(`mutant "${name}" exports no openLeases`);
  return exported.openLeases;
};
