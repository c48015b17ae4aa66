import { join } from 'node:path';
import type { z } from 'zod';
import { BadInput } from '../refuse/bad-input.ts';
import type { RunConfig } from '../run/config.ts';
import { curvePointSchema, predictionSchema } from '../run/record-schema.ts';
import type { CurvePoint, Prediction, RunRecord } from '../run/record.ts';
import { readText } from '../disk/read.ts';
import { runFolder } from './folder.ts';
import { openFinished, readSealed } from './seal.ts';

/**
 * Rows of a finished run's file, checked; none while it is not done, or where it left no such file.
 */
const readRows = <T>(out: string, id: string, name: string, schema: z.ZodType<T>): readonly T[] => {
  const run = openFinished(runFolder(out, id));
  if (run === null || !Object.hasOwn(run.seal.files, name)) return [];
  const lines = readSealed(run.folder, run.seal, name).toString('utf8').split('\n');
  return lines.flatMap((line, i) => {
    if (line === '') return [];
    try {
      return [schema.parse(JSON.parse(line))];
    } catch {
      throw new BadInput(`${run.folder}/${name}:${i + 1}: does not hold what a run writes`);
    }
  });
};

/**
 * A finished run's record, or null while it is not done. Throws `BadInput` for files that were
 * damaged since, and for the folder of another run. `expected`: the config that it must have, where
 * one is known.
 */
export const readRecord = (out: string, id: string, expected?: RunConfig): RunRecord | null =>
  openFinished(runFolder(out, id), expected)?.record ?? null;

/** A finished run's curve; empty while it is not done. Throws as `readRecord`. */
export const readCurve = (out: string, id: string): readonly CurvePoint[] =>
  readRows(out, id, 'metrics.jsonl', curvePointSchema);

/** A finished run's predictions; empty while it is not done. Throws as `readRecord`. */
export const readPredictions = (out: string, id: string): readonly Prediction[] =>
  readRows(out, id, 'predictions.jsonl', predictionSchema);

/**
 * A finished run's outputs on validation; empty while it is not done, and for runs of older
 * versions, which did not keep them. Throws as `readRecord`.
 */
export const readValidation = (out: string, id: string): readonly Prediction[] =>
  readRows(out, id, 'validation.jsonl', predictionSchema);

/**
 * The curve of a run that may not be done: what was written so far, no seal asked. Empty where
 * nothing was. Throws `BadInput` for rows that no run writes.
 */
export const readCurveSoFar = (out: string, id: string): readonly CurvePoint[] => {
  const path = join(runFolder(out, id), 'metrics.jsonl');
  return (readText(path) ?? '').split('\n').flatMap((line, i) => {
    if (line === '') return [];
    try {
      return [curvePointSchema.parse(JSON.parse(line))];
    } catch {
      throw new BadInput(`${path}:${i + 1}: does not hold what a run writes`);
    }
  });
};

/**
 * The files of a finished run's adapter by name; null while it is not done. Throws as `readRecord`.
 */
export const readAdapterFiles = (out: string, id: string): ReadonlyMap<string, Buffer> | null => {
  const run = openFinished(runFolder(out, id));
  if (run === null) return null;
  const names = Object.keys(run.seal.files).filter((name) => name.startsWith('adapter/'));
  return new Map(names.map((name) => [name.slice('adapter/'.length), readSealed(run.folder, run.seal, name)]));
};
