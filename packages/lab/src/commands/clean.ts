import { existsSync, lstatSync, opendirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { holdingOf } from '@lab/records';
import { bytesText, printJson } from '../terminal/print.ts';

interface Leftover {
  readonly path: string;
  readonly bytes: number;
  readonly why: string;
}

const sizeOf = (path: string): number => {
  const stat = lstatSync(path);
  if (!stat.isDirectory()) return stat.size;
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
};

/** Why a file or folder of a run that nobody works on is not needed; null for one that is. */
const reasonFor = (name: string, done: boolean): string | null => {
  if (name.includes('.corrupt-')) return 'was damaged and set aside';
  if (name.endsWith('.tmp')) return 'half written by a process that was killed';
  if (name.startsWith('lease-')) return 'lease of a process that is gone';
  if (name === 'progress.json') return 'progress of a process that is gone';
  if (done && (name === 'checkpoint' || name === 'FAILED.json')) return 'the run is finished';
  return null;
};

/** What a run's folder holds that nobody needs; nothing while somebody works on it. */
const leftoversOf = (folder: string): readonly Leftover[] => {
  if (holdingOf(folder).held) return [];
  const done = existsSync(join(folder, 'DONE'));
  return ['', 'checkpoint', 'adapter'].flatMap((below) => {
    const place = join(folder, below);
    if (!existsSync(place)) return [];
    return readdirSync(place).flatMap((name): readonly Leftover[] => {
      const why = reasonFor(name, done && below === '');
      return why === null ? [] : [{ path: join(place, name), bytes: sizeOf(join(place, name)), why }];
    });
  });
};

/**
 * `lab clean`: shows what interrupted and damaged runs left behind; with --yes removes it. Results,
 * and checkpoints still needed, stay.
 */
export const clean = (options: { readonly out: string; readonly yes: boolean; readonly json: boolean }): void => {
  const { out, yes, json } = options;
  const leftovers: Leftover[] = [];
  if (existsSync(join(out, 'runs'))) {
    const runs = opendirSync(join(out, 'runs'));
    for (let entry = runs.readSync(); entry !== null; entry = runs.readSync())
      if (entry.isDirectory()) leftovers.push(...leftoversOf(join(out, 'runs', entry.name)));
    runs.closeSync();
  }
  if (yes) for (const { path } of leftovers) rmSync(path, { recursive: true, force: true });
  if (json) return printJson({ removed: yes, found: leftovers });
  for (const { path, bytes, why } of leftovers) console.log(`${bytesText(bytes).padStart(8)}  ${path}: ${why}`);
  const all = bytesText(leftovers.reduce((sum, { bytes }) => sum + bytes, 0));
  if (leftovers.length === 0) console.log(`Nothing to clean in ${out}.`);
  else
    console.log(
      yes ? `Removed ${leftovers.length}, ${all}.` : `${leftovers.length}, ${all}; lab clean --yes removes them.`,
    );
};
