import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const docs = fileURLToPath(new URL('../../docs', import.meta.url));

interface Notebook {
  readonly cells: readonly {
    readonly cell_type: string;
    readonly source: string | readonly string[];
    readonly outputs?: readonly { readonly output_type: string }[];
  }[];
}

it('the notebook holds the code of its page, executed without an error', () => {
  const page = readFileSync(join(docs, 'read-records-in-python.md'), 'utf8');
  const blocks = [...page.matchAll(/```python\n([^]*?)\n```/g)].map(([, code]) => code);
  const { cells } = JSON.parse(readFileSync(join(docs, 'notebook/records.ipynb'), 'utf8')) as Notebook;
  const code = cells.filter(({ cell_type: kind }) => kind === 'code');
  expect(code.map(({ source }) => (typeof source === 'string' ? source : source.join('')))).toEqual(blocks);
  const outputs = code.map(({ outputs = [] }) => outputs.map(({ output_type: kind }) => kind));
  expect(outputs.every((kinds) => kinds.length > 0 && !kinds.includes('error'))).toBe(true);
});
