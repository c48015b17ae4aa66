import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { tryBadInput } from './bad-input/corpus.ts';
import { complaintsOf } from './bad-input/outcome.ts';

it('every piece of bad input ends within five seconds in one sentence that names it, with exit code 2', async () => {
  const { tallies, wrong } = await tryBadInput(mkdtempSync(join(tmpdir(), 'bad-input-')));
  expect([...wrong]).toEqual([]);
  expect(tallies.reduce((sum, { cases }) => sum + cases, 0)).toBeGreaterThanOrEqual(300);
}, 600_000);

it('a trace, a second line, a hang and a silent end are noticed', () => {
  const ended = { code: 2, message: 'key "p": expected a rate in [0, 1)', seconds: 0.1 };
  expect(complaintsOf({ names: ['"p"', '[0, 1)'] }, ended)).toEqual([]);
  expect(complaintsOf({ names: ['"q"'] }, ended)).toHaveLength(1);
  expect(complaintsOf({ names: [] }, { ...ended, seconds: 6 })).toHaveLength(1);
  expect(complaintsOf({ names: [] }, { ...ended, code: 0 })).toHaveLength(1);
  expect(complaintsOf({ names: [] }, { ...ended, message: 'Error\n    at main.ts:1' })).toHaveLength(2);
  expect(complaintsOf({ names: [] }, { ...ended, message: '' })).toHaveLength(1);
});
