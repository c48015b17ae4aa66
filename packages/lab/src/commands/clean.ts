import { lstatSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fenceOf, holdingOf, isUnfinished, listFolder } from '@lab/records';
import { bytesText, printJson } from '../terminal/print.ts';

interface Leftover {
  readonly path: string;
  readonly bytes: number;
  readonly why: string;
}

const isFolder = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

const sizeOf = (path: string): number =>
  isFolder(path)
    ? listFolder(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0)
    : (lstatSync(path, { throwIfNoEntry: false })?.size ?? 0);

const leftover = (path: string, why: string): Leftover => ({ path, bytes: sizeOf(path), why });

const damaged = 'was damaged and set aside';
const unfinished = 'half written by a process that was killed';

/** Why a file or folder of a run that nobody works on is not needed; null for one that is. */
const reasonFor = (name: string, done: boolean): string | null => {
  if (name.includes('.corrupt-')) return damaged;
  if (isUnfinished(name)) return unfinished;
  if (fenceOf(name) !== null) return 'lease of a process that is gone';
  if (name === 'progress.json') return 'progress of a process that is gone';
  if (done && (name === 'checkpoint' || name === 'FAILED.json')) return 'the run is finished';
  return null;
};

/** What a run's folder holds that nobody needs; nothing while somebody works on it. */
const inRun = (folder: string): readonly Leftover[] => {
  if (holdingOf(folder).held) return [];
  const done = listFolder(folder).includes('DONE');
  return ['', 'checkpoint', 'adapter'].flatMap((below) => {
    const place = join(folder, below);
    if (!isFolder(place)) return [];
    return listFolder(place).flatMap((name): readonly Leftover[] => {
      const why = reasonFor(name, done && below === '');
      return why === null ? [] : [leftover(join(place, name), why)];
    });
  });
};

/** What all run folders hold that nobody needs, and those that were set aside whole. */
const inRuns = (runs: string): readonly Leftover[] =>
  listFolder(runs).flatMap((name) => {
    const path = join(runs, name);
    if (name.includes('.corrupt-')) return [leftover(path, damaged)];
    return isFolder(path) ? inRun(path) : [];
  });

/** Half-written files below a folder of reports or of downloads. */
const halfWritten = (folder: string): readonly Leftover[] =>
  listFolder(folder).flatMap((name) => {
    const path = join(folder, name);
    if (isFolder(path)) return halfWritten(path);
    return isUnfinished(name) ? [leftover(path, unfinished)] : [];
  });

/**
 * `lab clean`: shows what interrupted and damaged runs, and killed reports, left behind; with --yes
 * removes it. Results, and checkpoints still needed, stay.
 */
export const clean = (options: { readonly out: string; readonly yes: boolean; readonly json: boolean }): void => {
  const { out, yes, json } = options;
  const places = listFolder(out).map((name) => join(out, name));
  const leftovers = [
    ...inRuns(join(out, 'runs')),
    ...places.filter((path) => isFolder(path) && path !== join(out, 'runs')).flatMap(halfWritten),
    ...places.filter((path) => !isFolder(path) && isUnfinished(path)).map((path) => leftover(path, unfinished)),
  ];
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
