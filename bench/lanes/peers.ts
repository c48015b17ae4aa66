import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const requirements = fileURLToPath(new URL('../peer/requirements.txt', import.meta.url));

const works = (command: string, ...args: readonly string[]): boolean =>
  spawnSync(command, args, { stdio: 'ignore' }).status === 0;

/**
 * A Python that has the peers' libraries: a file is taken as it is, a folder as a virtual
 * environment, made and filled when it is not there. Returns null, after saying what is missing,
 * when there is none.
 */
export const findPython = (place: string): string | null => {
  const without = (what: string): null => {
    console.log(`left out: the peers, for want of ${what}`);
    return null;
  };
  const libraries = 'import torch, transformers, peft';
  if (statSync(place, { throwIfNoEntry: false })?.isFile())
    return works(place, '-c', libraries) ? place : without(`torch, transformers and peft in ${place}`);
  const inside = join(resolve(place), process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  if (!existsSync(inside)) {
    if (!works('python3', '--version')) return without('python3');
    console.log(`Making a virtual environment in ${place} (torch, transformers, peft: about 1 GB) …`);
    if (!works('python3', '-m', 'venv', resolve(place))) return without('python3 -m venv');
    const { status } = spawnSync(inside, ['-m', 'pip', 'install', '--quiet', '-r', requirements], {
      stdio: 'inherit',
    });
    if (status !== 0) return without(`the packages of ${requirements}: pip could not install them`);
  }
  return works(inside, '-c', libraries) ? inside : without(`torch, transformers and peft in ${place}`);
};
