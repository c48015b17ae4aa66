import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeIndex } from '@lab/report';
import { describe, expect, it } from 'vitest';
import { holdsText, reportName } from '../src/compose/plan/folder.ts';
import { scratch } from './cli.ts';

const nameOf = (...set: readonly string[]): string => reportName({ scale: 'quick', set });

describe('a report’s folder', () => {
  it('is called by what it holds', () => {
    expect(nameOf()).toBe('quick');
    expect(nameOf('model.name="minilm"')).toBe('quick-minilm');
    expect(nameOf('dataset.name=mrpc', 'model.name="minilm"')).toBe('quick-minilm-mrpc');
    expect(nameOf('train.epochs=3')).toBe('quick-train.epochs-3');
    expect(nameOf('model.weights="0123456789abcdef"')).toBe('quick-weights-01234567');
    expect(holdsText({ scale: 'quick', set: ['dataset.name=mrpc'] })).toBe('scale quick, dataset.name mrpc');
  });
  it('is another one for every other question, and the same for the same one', () => {
    const questions = [
      [],
      ['dataset.name=mrpc'],
      ['dataset.name=rte'],
      ['train.epochs=3'],
      ['train.epochs=30'],
      ['seed=[0,1]'],
      ['seed=[0-1]'],
      ['dataset.dir=a/b'],
      ['dataset.dir=a-b'],
      ['dataset.dir=a b'],
      [`dataset.dir=${'x'.repeat(300)}`],
      [`dataset.dir=${'x'.repeat(301)}`],
    ].map((set) => nameOf(...set));
    expect(new Set(questions).size).toBe(questions.length);
    for (const name of questions) expect(name).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/);
    expect(nameOf('a=1', 'b=2')).toBe(nameOf('b=2', 'a=1'));
    expect(nameOf('a=1', 'a=2')).toBe(nameOf('a=2'));
  });
  it('stands in the list of all reports, whatever was written last', () => {
    const { out, remove } = scratch();
    try {
      for (const name of ['quick', 'quick-mrpc']) {
        mkdirSync(join(out, 'compare', name), { recursive: true });
        const summary = { name: 'compare', title: 'All', question: '?', holds: name, runs: 3, seeds: 1, claims: {} };
        writeFileSync(join(out, 'compare', name, 'report.json'), JSON.stringify(summary));
      }
      mkdirSync(join(out, 'own', 'smoke'), { recursive: true });
      writeFileSync(join(out, 'own', 'smoke', 'report.json'), '{');
      const html = readFileSync(writeIndex(out), 'utf8');
      const links = [...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href);
      expect(links).toEqual(['compare/quick/report.html', 'compare/quick-mrpc/report.html', 'own/smoke/report.html']);
      expect(html).toContain('cannot be read');
    } finally {
      remove();
    }
  });
});
