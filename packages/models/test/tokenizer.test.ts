import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readTokenizerFiles } from '../src/tokens/files.ts';
import { fit, openTokenizer } from '../src/tokens/tokenizer.ts';

interface Row {
  readonly text: string;
  readonly pair: string | null;
  readonly maxTokens: number;
  readonly ids: readonly number[];
  readonly types: readonly number[];
}

describe.each(['wordpiece', 'roberta', 'byte-level', 'unigram', 'llama'])('%s', (kind) => {
  const folder = fileURLToPath(new URL(`./fixtures/tokenizers/${kind}`, import.meta.url));
  const rows = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as readonly Row[];

  it.each(rows)('$text | $pair | $maxTokens', async ({ text, pair, maxTokens, ids, types }) => {
    const files = await readTokenizerFiles(folder);
    const tokenize = openTokenizer(files!, { maxTokens: 512, types: true });
    const encoded = tokenize(text, pair ?? undefined, maxTokens);
    expect([...encoded.ids]).toEqual(ids);
    // Only models with segments ask for types, and theirs come from a template.
    if (kind === 'wordpiece' || kind === 'unigram') expect([...encoded.types!]).toEqual(types);
  });
});

describe('fit', () => {
  it('shortens the longer text first', () => {
    expect(fit(10, 2, 8)).toEqual([6, 2]);
    expect(fit(3, 3, 5)).toEqual([2, 3]);
    expect(fit(4, 3, 5)).toEqual([3, 2]);
    expect(fit(2, 0, 9)).toEqual([2, 0]);
    expect(fit(5, 5, 0)).toEqual([0, 0]);
  });
});
