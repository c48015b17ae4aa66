/**
 * The attacks that once made a wrong table, a trace or an endless wait, one after the other through
 * the real command line. Each has to end as its row says.
 *
 *   npm run attacks [-- --only H5]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Attack } from './attacks/attack.ts';
import { inputAttacks } from './attacks/input.ts';
import { processAttacks } from './attacks/processes.ts';
import { tableAttacks } from './attacks/tables.ts';

const { values } = parseArgs({ options: { only: { type: 'string' } } });
const attempted = async (attempt: Attack['attempt'], folder: string): Promise<string | null> => {
  try {
    return await attempt(folder);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};
const order = ({ name }: Attack) => Number(/\d+/.exec(name)?.[0]);
const attacks = [...tableAttacks, ...processAttacks, ...inputAttacks]
  .filter(({ name }) => values.only === undefined || name.startsWith(values.only))
  .sort((a, b) => order(a) - order(b));
const scratch = mkdtempSync(join(tmpdir(), 'attacks-'));
const rows: string[] = [];
for (const [i, { name, what, should, attempt, cannot }] of attacks.entries()) {
  const unable = cannot?.() ?? null;
  const ended = unable === null ? await attempted(attempt, join(scratch, String(i))) : null;
  if (ended !== null) process.exitCode = 1;
  const how = unable === null ? (ended ?? 'as it should') : `skipped: ${unable}`;
  rows.push(`| ${name} | ${what} | ${should} | ${how.replaceAll('\n', ' ')} |`);
  console.error(`${name}: ${how}`);
}
rmSync(scratch, { recursive: true, force: true });
console.log(['| attack | what | should | ended |', '|---|---|---|---|', ...rows].join('\n'));
