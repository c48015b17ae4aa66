import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readTokenizerFiles } from '../src/tokens/files.ts';
import { openWindows } from '../src/tokens/windows.ts';

type Range = readonly [number, number] | null;
interface Row {
  readonly tokenizer: string;
  readonly question: string;
  readonly context: string;
  readonly atMost: number;
  readonly stride: number;
  readonly windows: readonly { readonly ids: readonly number[]; readonly offsets: readonly Range[] }[];
}

const fixtures = fileURLToPath(new URL('./fixtures', import.meta.url));
/** What real transformers made (scripts/fixtures/models/windows.py). */
const cases = JSON.parse(readFileSync(join(fixtures, 'windows.json'), 'utf8')) as readonly Row[];
const kinds = [...new Set(cases.map(({ tokenizer }) => tokenizer))];
const open = async (kind: string) => {
  const files = await readTokenizerFiles(join(fixtures, 'tokenizers', kind));
  if (!files) throw new Error(`no tokenizer ${kind}`);
  return openWindows(files, { maxTokens: 512, types: false, rows: Infinity });
};

/** A range without the white space at its ends, which some tokenizers count and some do not. */
const trimmed = (context: string, [from, to]: readonly [number, number]): readonly [number, number] => {
  const text = context.slice(from, to);
  const start = from + text.length - text.trimStart().length;
  return [Math.min(start, to), Math.max(start, from + text.trimEnd().length)];
};

describe.each(kinds)('windows of a %s tokenizer', (kind) => {
  it('are those of transformers, and every token stands where it does there', async () => {
    const windowsOf = await open(kind);
    let [exact, all] = [0, 0];
    for (const { tokenizer, question, context, atMost, stride, windows } of cases) {
      if (tokenizer !== kind) continue;
      const ours = windowsOf(question, context, { atMost, questionTokens: 64, stride });
      expect(ours.map(({ encoded }) => [...encoded.ids])).toEqual(windows.map(({ ids }) => ids));
      windows.forEach(({ offsets }, w) =>
        offsets.forEach((theirs, at) => {
          const range = ours[w]?.offsets[at] ?? null;
          expect(range === null).toBe(theirs === null);
          // A mark before a word has no letters; there it counts as the word's first one.
          if (!range || !theirs || range[0] === range[1]) return;
          const [from, to] = trimmed(context, theirs);
          all += 1;
          exact += range[0] === from && range[1] === to ? 1 : 0;
          // Where letters are lost (an unknown token), ours is the whole word around it.
          if (from < to) expect([range[0] <= from, range[1] >= to]).toEqual([true, true]);
          expect(context.slice(...range)).not.toMatch(/\s/);
        }),
      );
    }
    expect(all).toBeGreaterThan(300);
    expect(exact / all).toBeGreaterThan(kind === 'wordpiece' ? 0.75 : 0.9);
  });
});

it('a window that would not move on is refused', async () => {
  const windowsOf = await open('roberta');
  const long = 'a long context '.repeat(20);
  expect(() => windowsOf('where is it', long, { atMost: 24, questionTokens: 64, stride: 20 })).toThrow(
    /^train\.maxTokens is 24 and qa\.stride 20: beside a question of \d+ tokens a window has room for \d+ of the/,
  );
  expect(windowsOf('who', 'it', { atMost: 24, questionTokens: 64, stride: 20 })).toHaveLength(1);
});
