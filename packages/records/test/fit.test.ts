import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  BadInput,
  damageOf,
  finishRun,
  mendRun,
  openRun,
  readAdapterFiles,
  readCurve,
  readFailure,
  readPredictions,
  readProgress,
  readRecord,
  releaseLease,
  runFolder,
  stateOf,
  writeAdapterFile,
  writeCheckpoint,
  writeCurve,
  writeHead,
} from '../src/index.ts';
import { freshFolder, leaseOf } from './folder.ts';
import { predictions, result, sampleConfig, sampleCurve, surroundings } from './sample.ts';

/** Finishes a run of an id; its weights tell it from others. */
const finish = (out: string, id: string, seed: number): string => {
  const lease = leaseOf(openRun(out, id));
  writeHead(lease, { ...sampleConfig, seed }, surroundings);
  writeCurve(lease, sampleCurve);
  writeAdapterFile(lease, 'adapter_model.safetensors', Uint8Array.of(seed));
  finishRun(lease, { ...result, id }, { predictions, validation: [] });
  releaseLease(lease);
  return runFolder(out, id);
};

const two = () => {
  const out = freshFolder();
  return { out, one: finish(out, 'one', 1), other: finish(out, 'other', 2) };
};

/** Ways to make the folder `one` hold the run `other`. */
const exchanges: readonly (readonly [string, (one: string, other: string) => void])[] = [
  [
    'swapped',
    (one, other) => {
      renameSync(one, `${one}-away`);
      renameSync(other, one);
      renameSync(`${one}-away`, other);
    },
  ],
  ['a copy', (one, other) => (rmSync(one, { recursive: true }), cpSync(other, one, { recursive: true }))],
  ['a link', (one, other) => (rmSync(one, { recursive: true }), symlinkSync(other, one))],
];

describe('a run folder that holds another run', () => {
  it.each(exchanges)('(%s) is read by nobody', (_how, exchange) => {
    const { out, one, other } = two();
    exchange(one, other);
    for (const read of [readRecord, readCurve, readPredictions, readAdapterFiles])
      expect(() => read(out, 'one')).toThrow(/is of run other, not of the run that its folder names/);
    expect(damageOf(one)).toBe(join(one, 'result.json'));
  });

  it.each(exchanges)('(%s) is set aside when work begins, and the other run stays whole', (how, exchange) => {
    const { out, one, other } = two();
    exchange(one, other);
    const lease = leaseOf(openRun(out, 'one'));
    mendRun(lease);
    releaseLease(lease);
    expect(stateOf(out, 'one')).toBe('planned');
    finish(out, 'one', 1);
    expect(readRecord(out, 'one')?.config.seed).toBe(1);
    if (how !== 'swapped') expect(readRecord(out, 'other')?.config.seed).toBe(2);
    expect(existsSync(how === 'a link' ? `${one}.corrupt-1` : join(one, 'DONE.corrupt-1'))).toBe(true);
  });

  it('is noticed by its config where the planned one is known', () => {
    const { one } = two();
    expect(damageOf(one, { ...sampleConfig, seed: 1 })).toBeNull();
    expect(damageOf(one, { ...sampleConfig, seed: 3 })).toBe(join(one, 'run.json'));
  });

  it('does not reach into another run through a link in place of its adapter', () => {
    const { out, one, other } = two();
    rmSync(join(one, 'adapter'), { recursive: true });
    symlinkSync(join(other, 'adapter'), join(one, 'adapter'));
    expect(() => readAdapterFiles(out, 'one')).toThrow(BadInput);
    mendRun(leaseOf(openRun(out, 'one')));
    finish(out, 'other', 2);
    expect(damageOf(other)).toBeNull();
    expect(readAdapterFiles(out, 'other')?.get('adapter_model.safetensors')).toEqual(Buffer.of(2));
  });
});

const obstacles: readonly (readonly [string, (path: string) => void])[] = [
  ['a folder', (path) => mkdirSync(path)],
  ['a pipe', (path) => execFileSync('mkfifo', [path])],
  ['a link in a circle', (path) => symlinkSync(path, path)],
];

describe('what cannot be read', () => {
  it.each(
    ['run.json', 'metrics.jsonl', 'predictions.jsonl', 'result.json', 'DONE'].flatMap((name) =>
      obstacles.map(([what, make]) => [name, what, make] as const),
    ),
  )('%s as %s counts as damaged, is set aside, and the run is computed again', (name, _what, make) => {
    const { out, one } = two();
    rmSync(join(one, name));
    make(join(one, name));
    expect(damageOf(one)).toBe(join(one, name));
    const lease = leaseOf(openRun(out, 'one'));
    expect(mendRun(lease)).toEqual({ done: false, damaged: join(one, name) });
    releaseLease(lease);
    finish(out, 'one', 1);
    expect(damageOf(one)).toBeNull();
  });

  it.each(obstacles)('as %s in the place of an unfinished run’s files is set aside', (what, make) => {
    const out = freshFolder();
    const folder = openRun(out, 'one');
    for (const name of ['run.json', 'FAILED.json', 'progress.json', 'history.jsonl', 'checkpoint', 'adapter'])
      if (what !== 'a folder' || name.includes('.')) make(join(folder, name));
    expect(readFailure(folder)).toMatchObject({ status: 'failed', attempts: 1 });
    expect(readProgress(out, 'one')).toBeNull();
    const lease = leaseOf(folder);
    expect(mendRun(lease).done).toBe(false);
    writeHead(lease, sampleConfig, surroundings);
    writeCheckpoint(lease, Uint8Array.of(1));
    releaseLease(lease);
    finish(out, 'one', 1);
    expect(stateOf(out, 'one')).toBe('done');
  });

  it.each([
    ['a file', (path: string) => writeFileSync(path, 'x')],
    ['a pipe', (path: string) => execFileSync('mkfifo', [path])],
    ['a link in a circle', (path: string) => symlinkSync(path, path)],
    ['a link to nowhere', (path: string) => symlinkSync(`${path}-gone`, path)],
  ])('as %s in the place of a run’s folder is set aside', (_what, make) => {
    const out = freshFolder();
    mkdirSync(join(out, 'runs'));
    make(runFolder(out, 'one'));
    finish(out, 'one', 1);
    expect(stateOf(out, 'one')).toBe('done');
  });

  it('is refused in a sentence when a sealed file holds something else', () => {
    const out = freshFolder();
    const lease = leaseOf(openRun(out, 'one'));
    writeHead(lease, sampleConfig, surroundings);
    writeFileSync(join(lease.folder, 'metrics.jsonl'), '{"step":"x"}\n');
    finishRun(lease, { ...result, id: 'one' }, { predictions, validation: [] });
    expect(() => readCurve(out, 'one')).toThrow(/metrics.jsonl:1: does not hold what a run writes$/);
  });
});
