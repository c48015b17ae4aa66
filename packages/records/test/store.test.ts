import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  checkpointPath,
  failRun,
  finishRun,
  isDone,
  LeaseLost,
  openRun,
  readCurve,
  readFailure,
  readPredictions,
  readRecord,
  readValidation,
  releaseLease,
  runFolder,
  stateOf,
  writeAdapterFile,
  writeCheckpoint,
  writeCurve,
  writeHead,
  type Lease,
} from '../src/index.ts';
import { freshFolder, leaseOf } from './folder.ts';
import { sampleConfig, sampleCurve, predictions, result, surroundings } from './sample.ts';

const start = (): { out: string; lease: Lease } => {
  const out = freshFolder();
  return { out, lease: leaseOf(openRun(out, 'abc')) };
};

describe('the run store', () => {
  it('gives back what was written, and goes through the states of a run', () => {
    const out = freshFolder();
    expect(stateOf(out, 'abc')).toBe('planned');
    const lease = leaseOf(openRun(out, 'abc'));
    expect(stateOf(out, 'abc')).toBe('running');
    writeHead(lease, sampleConfig, surroundings);
    writeCurve(lease, sampleCurve);
    writeCheckpoint(lease, Uint8Array.of(1, 2, 3));
    writeAdapterFile(lease, 'adapter_config.json', '{}');
    expect(readRecord(out, 'abc')).toBeNull();
    releaseLease(lease);
    expect(stateOf(out, 'abc')).toBe('interrupted');

    const again = leaseOf(openRun(out, 'abc'));
    expect([...readFileSync(checkpointPath(again.folder)!)]).toEqual([1, 2, 3]);
    finishRun(again, result, { predictions, validation: predictions.slice(0, 1) });
    releaseLease(again);
    expect(stateOf(out, 'abc')).toBe('done');
    expect(readRecord(out, 'abc')).toEqual({ config: sampleConfig, surroundings, result });
    expect(readCurve(out, 'abc')).toEqual(sampleCurve);
    expect(readPredictions(out, 'abc')).toEqual(predictions);
    expect(readValidation(out, 'abc')).toEqual(predictions.slice(0, 1));
    expect(checkpointPath(again.folder)).toBeNull();
    expect(readdirSync(runFolder(out, 'abc')).sort()).toEqual(
      [
        'DONE',
        'adapter',
        'history.jsonl',
        'metrics.jsonl',
        'predictions.jsonl',
        'result.json',
        'run.json',
        'validation.jsonl',
      ].sort(),
    );
  });

  it('counts attempts of a failing run and forgets the failure when it succeeds', () => {
    const { out, lease } = start();
    failRun(lease, { status: 'failed', reason: 'first' });
    failRun(lease, { status: 'oom', reason: 'second' });
    expect(readFailure(lease.folder)).toEqual({ status: 'oom', reason: 'second', attempts: 2 });
    failRun(lease, { status: 'cancelled', reason: 'stopped' });
    expect(readFailure(lease.folder)?.attempts).toBe(2);
    failRun(lease, { status: 'oom', reason: 'third' });
    releaseLease(lease);
    expect(stateOf(out, 'abc')).toBe('oom');
    finishRun(leaseOf(lease.folder), result, { predictions: [], validation: [] });
    expect(readFailure(lease.folder)).toBeNull();
    expect(isDone(out, 'abc')).toBe(true);
  });

  it('refuses every write of a process that lost its lease', () => {
    const { out, lease } = start();
    // A later owner: what a process on another host leaves when it takes over.
    writeFileSync(join(lease.folder, 'lease-000002.json'), '{}');
    const writes = [
      () => writeHead(lease, sampleConfig, surroundings),
      () => writeCheckpoint(lease, new Uint8Array(1)),
      () => writeCurve(lease, sampleCurve),
      () => writeAdapterFile(lease, 'x', ''),
      () => failRun(lease, { status: 'failed', reason: '' }),
      () => finishRun(lease, result, { predictions, validation: [] }),
    ];
    for (const write of writes) expect(write).toThrow(LeaseLost);
    expect(readdirSync(lease.folder).every((name) => name.startsWith('lease-'))).toBe(true);
    expect(isDone(out, 'abc')).toBe(false);
  });

  it('is not done before its marker, whatever else is there', () => {
    const { out, lease } = start();
    writeHead(lease, sampleConfig, surroundings);
    finishRun(lease, result, { predictions, validation: [] });
    rmSync(join(lease.folder, 'DONE'));
    expect(isDone(out, 'abc')).toBe(false);
    expect(readRecord(out, 'abc')).toBeNull();
    expect(existsSync(join(lease.folder, 'result.json'))).toBe(true);
  });
});
