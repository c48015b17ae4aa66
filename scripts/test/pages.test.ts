import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { editorSchema } from '@lab/runner';
import { expect, it } from 'vitest';
import { snippetsOf, uncompiled, unformatted } from '../house/snippets.ts';
import { readMarkdown } from '../house/sources.ts';
import { withResults } from '../make/readme/text.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const snippets = readMarkdown(root).flatMap(snippetsOf);
const snippetOf = (language: string, text: string) => ({ page: 'packages/random/README.md', line: 1, language, text });

it('the code in our pages is written as Prettier writes it', async () => {
  expect(snippets.length).toBeGreaterThan(3);
  expect(await unformatted(root, snippets)).toEqual([]);
  expect(await unformatted(root, [snippetOf('ts', 'const  a = "b"\n')])).toHaveLength(1);
});

it('the code in our pages compiles', () => {
  expect(uncompiled(root, snippets)).toEqual([]);
  expect(uncompiled(root, [snippetOf('ts', `import { nobody } from '@lab/random';\n`)])).toHaveLength(1);
  expect(uncompiled(root, [snippetOf('ts', `import { key } from '@lab/random';\nkey('one');\n`)])).toHaveLength(1);
}, 120_000);

it('the schema for editors is the one of today', () => {
  const stored: unknown = JSON.parse(readFileSync(join(root, 'experiments/schema.json'), 'utf8'));
  expect(stored, 'npm run lab -- schema --write').toEqual(JSON.parse(JSON.stringify(editorSchema())));
});

it('the root README says what results/ hold, in less than 150 lines', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  expect(readme, 'npm run readme').toBe(withResults(readme));
  expect(readme.split('\n').length).toBeLessThan(150);
  expect(withResults(readme.replace(/of \.\d{3}/, 'of .999'))).toBe(readme);
});
