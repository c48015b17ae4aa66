import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  BadInput,
  damageOf,
  finishRun,
  mendRun,
  openRun,
  pathStep,
  readCurve,
  readPredictions,
  readRecord,
  releaseLease,
  runFolder,
  stateOf,
  writeAdapterFile,
  writeCurve,
  writeHead,
} from '../src/index.ts';
import { freshFolder, leaseOf } from './folder.ts';
import { sampleConfig, sampleCurve, predictions, result, surroundings } from './sample.ts';

const finished = (): { out: string; folder: string } => {
  const out = freshFolder();
  const lease = leaseOf(openRun(out, 'abc'));
  writeHead(lease, sampleConfig, surroundings);
  writeCurve(lease, sampleCurve);
  writeAdapterFile(lease, 'adapter_model.safetensors', Uint8Array.of(1, 2, 3));
  finishRun(lease, result, { predictions, validation: [] });
  releaseLease(lease);
  return { out, folder: runFolder(out, 'abc') };
};

/** Another value in the same number of bytes, as a careful hand would leave it. */
const edit = (path: string): void => {
  const text = readFileSync(path, 'latin1');
  const at = text.search(/\d/);
  writeFileSync(
    path,
    at < 0 ? `${text}x` : `${text.slice(0, at)}${(Number(text[at]) + 1) % 10}${text.slice(at + 1)}`,
    'latin1',
  );
};

const files = [
  'run.json',
  'metrics.jsonl',
  'predictions.jsonl',
  'result.json',
  'adapter/adapter_model.safetensors',
  'DONE',
];
const harms: readonly (readonly [string, (path: string) => void])[] = [
  ['cut off', (path) => truncateSync(path, 1)],
  ['emptied', (path) => truncateSync(path, 0)],
  ['edited by hand', edit],
  ['longer', (path) => appendFileSync(path, 'x')],
];

describe('a finished run', () => {
  it('is whole as long as nobody touches it', () => {
    const { out, folder } = finished();
    expect(damageOf(folder)).toBeNull();
    expect(stateOf(out, 'abc')).toBe('done');
    expect(mendRun(leaseOf(folder))).toEqual({ done: true, damaged: null });
    expect(readRecord(out, 'abc')).toEqual({ config: sampleConfig, surroundings, result });
  });

  it.each(harms.flatMap(([harm, how]) => files.map((name) => [name, harm, how] as const)))(
    '%s %s is noticed, set aside, and never read',
    (name, _harm, how) => {
      const { out, folder } = finished();
      const path = join(folder, name);
      how(path);
      expect(damageOf(folder)).toBe(path);
      const read = { 'metrics.jsonl': readCurve, 'predictions.jsonl': readPredictions }[name] ?? readRecord;
      if (!name.startsWith('adapter')) expect(() => read(out, 'abc')).toThrow(BadInput);
      const lease = leaseOf(folder);
      expect(mendRun(lease)).toEqual({ done: false, damaged: path });
      releaseLease(lease);
      const aside = name.startsWith('adapter') ? path.replace('adapter', 'adapter.corrupt-1') : `${path}.corrupt-1`;
      expect(existsSync(aside)).toBe(true);
      expect(stateOf(out, 'abc')).toBe('planned');
      expect(readRecord(out, 'abc')).toBeNull();
      expect(readPredictions(out, 'abc')).toEqual([]);
    },
  );

  it('with a file missing is damaged; a second damage does not overwrite the first', () => {
    const { out, folder } = finished();
    rmSync(join(folder, 'result.json'));
    expect(damageOf(folder)).toBe(join(folder, 'result.json'));
    mendRun(leaseOf(folder));
    const lease = leaseOf(folder, 1);
    writeHead(lease, sampleConfig, surroundings);
    finishRun(lease, result, { predictions, validation: [] });
    edit(join(folder, 'result.json'));
    mendRun(lease);
    expect(readdirSync(folder).filter((name) => name.startsWith('DONE'))).toEqual(['DONE.corrupt-1', 'DONE.corrupt-2']);
    expect(stateOf(out, 'abc')).toBe('running');
  });

  it('is damaged, not done, when its marker is not one', () => {
    const { out, folder } = finished();
    writeFileSync(join(folder, 'DONE'), '{"schema":1,"status":"done","files":{},"sha256":"0"}');
    expect(stateOf(out, 'abc')).toBe('damaged');
  });
});

describe('run.json', () => {
  it('of another config or cut off is set aside and written anew; a good one stays', () => {
    const out = freshFolder();
    const lease = leaseOf(openRun(out, 'abc'));
    const path = join(lease.folder, 'run.json');
    writeHead(lease, { ...sampleConfig, seed: 2 }, surroundings);
    writeHead(lease, sampleConfig, surroundings);
    expect((JSON.parse(readFileSync(path, 'utf8')) as { config: unknown }).config).toEqual(sampleConfig);
    truncateSync(path, 10);
    writeHead(lease, sampleConfig, surroundings);
    writeHead(lease, sampleConfig, { ...surroundings, cpu: 'another' });
    expect(readFileSync(path, 'utf8')).toContain('a cpu');
    expect(readdirSync(lease.folder).filter((name) => name.includes('corrupt'))).toHaveLength(2);
  });
});

describe('names', () => {
  it.each(['..', '.', '../x', 'a/b', 'a\\b', '', '.hidden', 'a\0b', `a${'b'.repeat(200)}`])(
    '%j leads nowhere',
    (name) => {
      expect(() => pathStep('experiment', name)).toThrow(BadInput);
      expect(() => runFolder('/out', name)).toThrow(BadInput);
    },
  );

  it('of letters, digits, dots and hyphens are taken as they are', () => {
    expect(pathStep('scale', 'glue-2.1_x')).toBe('glue-2.1_x');
  });
});
