import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readSafetensors, writeSafetensors } from '@lab/engine';
import { tinyCheckpoint, tinyRun } from '../../tiny.ts';
import { preload } from './preload.ts';

const peftFolder = fileURLToPath(new URL('../../fixtures/imports/adalora', import.meta.url));
const tuning = { how: 'random', trials: 2, seeds: [50], shared: { 'train.lr': [0.001, 0.002] } };
const small = { name: 'small', scales: { quick: { base: tinyRun, seeds: [0, 1], tuning } } };

const days = Array.from({ length: 30 }, (_, day) => day);
const texts = ['tea', 'noise', 'eat', 'sand', 'on', 'shore'];
const rows = texts.map((text, i) => JSON.stringify({ text, label: ['x', 'y', 'z'][i % 3] })).join('\n');

/** What every kind of writing needs to be tried: studies, data, weights and an adapter of PEFT. */
export interface Material {
  readonly root: string;
  readonly preload: string;
  /** A study of runs that take a fraction of a second. */
  readonly small: string;
  /** A tiny checkpoint of transformers, which is also what the hub holds. */
  readonly weights: string;
  /** The same with weights of 64 MiB. */
  readonly heavy: string;
  readonly peftFolder: string;
  /** Three splits of the same rows. */
  readonly splits: string;
  /** Rows enough to be split. */
  readonly table: string;
  /** Programs that answer as those of Slurm do. */
  readonly slurm: string;
}

const checkpoint = (folder: string, more: number): string => {
  tinyCheckpoint('bert-pooler', folder);
  if (more === 0) return folder;
  const file = join(folder, 'model.safetensors');
  const { tensors, metadata } = readSafetensors(readFileSync(file));
  const ballast = { dtype: 'float32' as const, shape: [more], data: new Float32Array(more) };
  writeFileSync(file, writeSafetensors({ tensors: { ...tensors, ballast }, metadata }));
  return folder;
};

/** Writes the material below a folder. */
export const writeMaterial = (root: string): Material => {
  const put = (name: string, content: string): string => {
    writeFileSync(join(root, name), content);
    return join(root, name);
  };
  const slurm = join(root, 'slurm');
  mkdirSync(slurm, { recursive: true });
  for (const [name, says] of [
    ['scontrol', 'MaxArraySize = 4'],
    ['sbatch', '1'],
  ] as const)
    chmodSync(put(join('slurm', name), `#!/bin/sh\necho '${says}'\n`), 0o755);
  return {
    root,
    preload: put('full.mjs', preload),
    small: put('small.json', JSON.stringify(small)),
    weights: checkpoint(join(root, 'weights'), 0),
    heavy: checkpoint(join(root, 'heavy'), 2 ** 24),
    peftFolder,
    splits: put('rows.jsonl', rows),
    table: put(
      'table.csv',
      `text,label\n${days.map((day) => `day ${day} was fine,good\nday ${day} was dull,bad\n`).join('')}`,
    ),
    slurm,
  };
};
