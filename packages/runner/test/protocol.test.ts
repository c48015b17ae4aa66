import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { ExperimentRun } from '../src/index.ts';
import {
  deviations,
  protocolPath,
  readProtocol,
  registrationOf,
  writeProtocol,
  type RegisteredClaim,
} from '../src/protocol/protocol.ts';

const out = mkdtempSync(join(tmpdir(), 'protocol-'));
afterAll(() => rmSync(out, { recursive: true, force: true }));

const run = (method: string, seed: number) =>
  ({ id: `${method}${seed}`, labels: { method }, seed }) as unknown as ExperimentRun;
const runs = [run('a', 0), run('a', 1), run('b', 0), run('b', 1)];
const claim = (metric = 'score', margin = 0.01): RegisteredClaim => ({
  id: 'helps',
  text: 'a helps',
  test: { kind: 'better', metric, margin: { value: margin, from: 'the paper' } },
});
const body = (experiment: string, finishedBefore: string[] = []) => ({
  experiment,
  name: 'quick',
  registered: '2026-01-01T00:00:00.000Z',
  commit: null,
  tuning: null,
  runs,
  claims: [claim()],
  looks: { seeds: [8, 16], spending: 'pocock' as const },
  finishedBefore,
});

describe('a registered protocol', () => {
  it('is frozen: it comes back as written, is not written twice, and an edit is noticed', () => {
    const written = writeProtocol(out, body('one'));
    expect(readProtocol(out, 'one', 'quick')).toEqual(written);
    expect(() => writeProtocol(out, body('one'))).toThrow(/registered already/);
    expect(readProtocol(out, 'other', 'quick')).toBeNull();
    const path = protocolPath(out, 'one', 'quick');
    writeFileSync(path, readFileSync(path, 'utf8').replace('0.01', '0.5'));
    expect(() => readProtocol(out, 'one', 'quick')).toThrow(/differs from what lab register wrote/);
  });
  it('names a dropped seed, a swapped metric and a changed margin', () => {
    const protocol = writeProtocol(out, body('two'));
    expect(deviations(protocol, { runs, claims: [claim()] })).toEqual([]);
    expect(deviations(protocol, { runs: runs.slice(0, 3), claims: [claim()] })).toEqual([
      'dropped from the plan: method b, seed 1 (run b1)',
    ]);
    expect(deviations(protocol, { runs, claims: [claim('nll')] })).toEqual([
      'claim helps: test.metric was "score" and is "nll"',
    ]);
    expect(deviations(protocol, { runs, claims: [claim('score', 0.02)] })).toEqual([
      'claim helps: test.margin.value was 0.01 and is 0.02',
    ]);
    expect(deviations(protocol, { runs, claims: [] })).toEqual(['claim helps: dropped']);
  });
  it('tells claims registered before the first result from those after it', () => {
    const [before, after] = [writeProtocol(out, body('three')), writeProtocol(out, body('four', ['a0']))];
    expect(registrationOf(before, claim())).toBe('before the first result');
    expect(registrationOf(after, claim())).toBe('after the first result');
    expect(registrationOf(before, claim('nll'))).toBe('changed since');
    expect(registrationOf(before, { id: 'new' })).toBe('not registered');
    expect(registrationOf(null, claim())).toBe('not registered');
  });
});
