import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { canonical } from '../canonical.ts';
import { runConfigSchema, type RunConfig } from '../config.ts';
import type { CurvePoint, Prediction, RunRecord, RunResult, Surroundings } from '../record.ts';
import { readText, setAside, writeWhole } from './files.ts';
import { guard, pathStep, runFolder } from './folder.ts';
import { note } from './history.ts';
import type { Lease } from './lease.ts';
import { damageOf, readSeal, readSealed, unseal, writeSeal } from './seal.ts';

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
const lines = (rows: readonly unknown[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
const parseLines = <T>(text: string): T[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);

const headSchema = z.looseObject({ config: runConfigSchema, surroundings: z.looseObject({}) });

/** Whether run.json is whole and says what this run is. */
const fits = (text: string, config: RunConfig): boolean => {
  try {
    return canonical(headSchema.parse(JSON.parse(text)).config) === canonical(config);
  } catch {
    return false;
  }
};

/**
 * run.json: what was asked, and where; the first to write it stays. One that is damaged or of
 * another run is set aside.
 */
export const writeHead = (lease: Lease, config: RunConfig, surroundings: Surroundings): void => {
  guard(lease);
  const path = join(lease.folder, 'run.json');
  const text = readText(path);
  if (text !== null && fits(text, config)) return;
  setAside(path);
  writeWhole(path, json({ config, surroundings }));
};

/** checkpoint/state.safetensors: one file, so that state and cursor can never disagree. */
export const writeCheckpoint = (lease: Lease, bytes: Uint8Array): void => {
  guard(lease);
  writeWhole(join(lease.folder, 'checkpoint', 'state.safetensors'), bytes);
};

export const checkpointPath = (folder: string): string | null => {
  const path = join(folder, 'checkpoint', 'state.safetensors');
  return existsSync(path) ? path : null;
};

/** metrics.jsonl, whole. */
export const writeCurve = (lease: Lease, curve: readonly CurvePoint[]): void => {
  guard(lease);
  writeWhole(join(lease.folder, 'metrics.jsonl'), lines(curve));
};

/** A file of the adapter folder (PEFT's names). */
export const writeAdapterFile = (lease: Lease, name: string, bytes: Uint8Array | string): void => {
  guard(lease);
  writeWhole(join(lease.folder, 'adapter', pathStep('adapter file', name)), bytes);
};

/**
 * Ends a run: predictions, result, and last the marker with everybody's checksum. The checkpoint is
 * no longer needed.
 */
export const finishRun = (lease: Lease, result: RunResult, predictions: readonly Prediction[]): void => {
  guard(lease);
  writeWhole(join(lease.folder, 'predictions.jsonl'), lines(predictions));
  writeWhole(join(lease.folder, 'result.json'), json(result));
  guard(lease);
  writeSeal(lease.folder, result.status);
  note(lease, result.status);
  rmSync(join(lease.folder, 'FAILED.json'), { force: true });
  rmSync(join(lease.folder, 'progress.json'), { force: true });
  rmSync(join(lease.folder, 'checkpoint'), { recursive: true, force: true });
};

/**
 * Makes a run ready for work: a finished one whose files were damaged is set aside, and what a
 * killed writer left is removed.
 */
export const mendRun = (lease: Lease): { readonly done: boolean; readonly damaged: string | null } => {
  guard(lease);
  const damaged = damageOf(lease.folder);
  if (damaged !== null) unseal(lease.folder);
  const done = existsSync(join(lease.folder, 'DONE'));
  for (const folder of [lease.folder, join(lease.folder, 'checkpoint'), join(lease.folder, 'adapter')])
    if (existsSync(folder))
      for (const name of readdirSync(folder)) if (name.endsWith('.tmp')) rmSync(join(folder, name), { force: true });
  if (done) rmSync(join(lease.folder, 'checkpoint'), { recursive: true, force: true });
  return { done, damaged };
};

/** Bytes of a finished run's file. Throws `BadInput` when it differs from its checksum. */
const sealedText = (out: string, id: string, name: string): string | null => {
  const folder = runFolder(out, id);
  const seal = readSeal(folder);
  return seal && name in seal.files ? readSealed(folder, seal, name).toString('utf8') : null;
};

/**
 * A finished run's record, or null while it is not done. Throws `BadInput` for files that were
 * damaged since.
 */
export const readRecord = (out: string, id: string): RunRecord | null => {
  const head = sealedText(out, id, 'run.json');
  const result = sealedText(out, id, 'result.json');
  if (head === null || result === null) return null;
  return {
    ...(JSON.parse(head) as Pick<RunRecord, 'config' | 'surroundings'>),
    result: JSON.parse(result) as RunResult,
  };
};

/**
 * A finished run's curve; empty while it is not done. Throws `BadInput` for a file that was damaged
 * since.
 */
export const readCurve = (out: string, id: string): readonly CurvePoint[] =>
  parseLines<CurvePoint>(sealedText(out, id, 'metrics.jsonl') ?? '');

/**
 * A finished run's predictions; empty while it is not done. Throws `BadInput` for a file that was
 * damaged since.
 */
export const readPredictions = (out: string, id: string): readonly Prediction[] =>
  parseLines<Prediction>(sealedText(out, id, 'predictions.jsonl') ?? '');
