import { describe, expect, it } from 'vitest';
import { disagreement } from '../src/study/recompute.ts';
import { force } from '../src/study/study.ts';
import { judge } from '../src/verdict/verdict.ts';
import { verdictTable } from '../src/tables/verdicts.ts';
import { invent } from './synthetic.ts';

describe('scores computed again', () => {
  const cell = invent({ seed: 0, method: 'lora-dropout', skill: 1 });
  it('agree with what a run stored, and name an edited prediction', () => {
    const rows = force(cell.predictions);
    expect(disagreement(cell.record, rows)).toBeNull();
    const edited = rows.map((row, i) => (i === 3 ? { ...row, label: 1 - row.label } : row));
    expect(disagreement(cell.record, edited)).toMatch(/^deterministic of 1: accuracy is/);
  });
  it('a report says how each claim stands to the protocol', () => {
    const registration = { sha256: 'abc', at: '2026-01-01', claims: { x: 'before the first result' } };
    const arm = { name: 'a' };
    const claims = ['x', 'y'].map((id) => ({
      id,
      text: id,
      source: id,
      test: { kind: 'better' as const, arm, than: [arm], metric: 'score' },
    }));
    const { rows, notes } = verdictTable({ registration, paper: 'a paper' }, [cell], judge([cell], claims));
    expect(rows.map((row) => row.at(-1)!.text)).toEqual(['before the first result', 'not registered']);
    expect(notes.at(-1)).toContain('abc');
  });
});
