import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { BadInput, catalogue, entry, nearest, runConfigSchema, sentence } from '../src/index.ts';

const cite = { title: 'A paper', year: 2020, url: 'https://arxiv.org/abs/0000.00000', where: 'Eq. 1' };
const options = z.object({
  r: z.number().int().min(1).max(64).default(8),
  kind: z.enum(['fast', 'slow']).default('fast'),
  inner: z.strictObject({ rate: z.number().default(0.5) }).prefault({}),
});
const make = (name: string) =>
  entry<[number], string, typeof options>({
    name,
    version: 1,
    summary: name,
    cite,
    options,
    build: ({ r, kind }, n) => `${name} ${r} ${kind} ${n}`,
  });
const things = catalogue('thing', [make('lora'), make('adalora'), make('none')]);

const message = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(BadInput);
    return (error as Error).message;
  }
  throw new Error('nothing was thrown');
};

describe('a catalogue', () => {
  it('fills defaults and builds', () => {
    const config = things.parse({ name: 'lora', r: 4 });
    expect(config).toEqual({ name: 'lora', r: 4, kind: 'fast', inner: { rate: 0.5 } });
    expect(things.build(config, 7)).toBe('lora 4 fast 7');
  });

  it('parses what it parsed to the same', () => {
    const once = things.parse({ name: 'adalora', kind: 'slow' });
    expect(things.parse(once)).toEqual(once);
  });

  it('names the nearest and the allowed names for an unknown one', () => {
    expect(message(() => things.parse({ name: 'lorra' }))).toBe(
      'unknown thing "lorra" (did you mean "lora"?); allowed: lora, adalora, none',
    );
    expect(message(() => things.find('completely-else'))).not.toContain('did you mean');
  });

  it('names the allowed keys for an unknown option, nested ones too', () => {
    expect(message(() => things.parse({ name: 'lora', rank: 3 }, 'file.json: thing'))).toBe(
      'file.json: thing (lora): unknown key "rank"; allowed keys: r, kind, inner',
    );
    expect(message(() => things.parse({ name: 'lora', inner: { rat: 3 } }))).toBe(
      'thing (lora): unknown key "rat" in "inner" (did you mean "rate"?); allowed keys: rate',
    );
  });

  it.each([
    [{ r: 0 }, /thing \(lora\): key "r": .*>=1/],
    [{ r: 65 }, /key "r": .*<=64/],
    [{ r: 1.5 }, /key "r": .*int/],
    [{ r: '8' }, /key "r": .*expected number/],
    [{ kind: 'medium' }, /key "kind": .*"fast"\|"slow"/],
  ])('names key and range for a wrong value: %j', (given, expected) => {
    expect(message(() => things.parse({ name: 'lora', ...given }))).toMatch(expected);
  });

  it.each([undefined, null, 'lora', { r: 3 }, []])('says what an entry looks like when given %j', (given) => {
    expect(message(() => things.parse(given))).toBe(
      'thing: expected { name, …options }; allowed names: lora, adalora, none',
    );
  });

  it('refuses two entries of one name', () => {
    expect(() => catalogue('thing', [make('lora'), make('lora')])).toThrow('share a name');
  });
});

describe('sentences', () => {
  it('list the allowed keys of nested objects of a run config', () => {
    const raw = {
      seed: 0,
      dataset: { name: 'x' },
      model: { name: 'x' },
      adapter: { name: 'x' },
      dropout: { name: 'x' },
    };
    const parsed = runConfigSchema.safeParse({ ...raw, train: { learning: 1 } });
    expect(sentence('here', parsed.error!, runConfigSchema)).toMatch(
      /^here: unknown key "learning" in "train"; allowed keys: epochs, batchSize, accumulate, lr/,
    );
  });

  it('suggest only what is near', () => {
    expect(nearest('weightdecay', ['weightDecay', 'warmup'])).toBe(' (did you mean "weightDecay"?)');
    expect(nearest('zzzzzz', ['weightDecay', 'warmup'])).toBe('');
    expect(nearest('x', [])).toBe('');
  });
});
