import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeMethod, methods } from '../src/index.ts';

const src = join(import.meta.dirname, '../src');
const folders = readdirSync(src, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .filter((name) => !['laws', 'masks', 'noise'].includes(name));

describe('catalogue', () => {
  it('lists exactly the folders', () => {
    expect([...methods.names].sort()).toEqual([...folders].sort());
  });

  it.each(folders)('%s has a card that names its source, and its own test', (folder) => {
    const card = readFileSync(join(src, folder, 'README.md'), 'utf8');
    expect(card).toContain(methods.find(folder).cite.url);
    expect(existsSync(join(src, folder, `${folder}.test.ts`))).toBe(true);
  });

  it('the table in the README is the list', () => {
    const rows = methods.names.map((name) => {
      const { axes, samples, consistency, readout, ensembleOver } = describeMethod(name);
      if (axes === null) return `| \`${name}\` | what the config says | - |`;
      const acts = axes
        .map((a) => `${a.position} x ${a.structure} x ${a.law === 'bernoulli' ? a.compensation : a.law}`)
        .join('; ');
      const more = [
        samples === 1 ? null : `N = ${samples}`,
        consistency,
        readout,
        ensembleOver && `over ${ensembleOver}`,
      ];
      return `| \`${name}\` | ${acts || '-'} | ${more.filter((part) => part !== null).join(', ')} |`;
    });
    const [, table = ''] = readFileSync(join(src, '../README.md'), 'utf8').split('## Methods');
    expect(table.match(/^\| `.*$/gm)).toEqual(rows);
  });

  it.each(methods.names)('%s is described by its axes', (name) => {
    const card = describeMethod(name);
    expect(card.cite.where).not.toBe('');
    expect(card.axes === null || Array.isArray(card.axes)).toBe(true);
  });

  it.each(methods.names)('%s: parsing is idempotent and refuses an unknown key', (name) => {
    const needed = name === 'custom' ? { noise: [{ site: 'lora.input', structure: 'element', p: 0.1 }] } : {};
    const once = methods.parse({ name, ...needed });
    expect(methods.parse(once)).toEqual(once);
    expect(() => methods.parse({ name, ...needed, rats: 1 })).toThrow(/unknown key "rats"/);
  });

  it('suggests a name', () => {
    expect(() => methods.parse({ name: 'lora-dropuot' })).toThrow(/did you mean "lora-dropout"/);
  });

  const withRate = methods.names.filter((name) => 'p' in methods.find(name).options.shape);

  it.each(withRate)('%s refuses a rate outside [0, 1)', (name) => {
    for (const p of [1, -0.1, 1.5, 'a', { byLayer: [0.1, 1] }, { from: 0, to: 2 }])
      expect(() => methods.parse({ name, p })).toThrow(/key "p.*\[0, 1\)/);
    expect(() => methods.parse({ name, p: { byLayer: [0.1, 0.2] } })).not.toThrow();
    expect(() => methods.parse({ name, p: { from: 0, to: 0.2, curve: 'cosine' } })).not.toThrow();
  });

  it.each(withRate)('%s at p = 0 is plain LoRA: nothing dropped, one pass, the deterministic readout', (name) => {
    const { noise, samples, consistency, evaluate } = methods.build(methods.parse({ name, p: 0 }));
    expect(noise.every(({ p }) => p === 0)).toBe(true);
    expect({ samples, consistency, evaluate }).toEqual({
      samples: 1,
      consistency: undefined,
      evaluate: { readout: 'deterministic' },
    });
  });
});
