import { describe, expect, it } from 'vitest';
import { buildReport } from '../src/report.ts';
import { baselinesFor, methodsAmong, ownArms } from '../src/spec/own-arms.ts';
import { ownStudySpec } from '../src/spec/own-study.ts';
import type { Cell } from '../src/study/study.ts';
import { invent } from './synthetic.ts';

const arms = [{ method: 'none' }, { method: 'masks', p: 0.1 }, { method: 'masks', p: 0.3 }];

describe('the arms of a study of one’s own', () => {
  it('are called by their method, other labels with their axis, under a heading that says which', () => {
    expect(ownArms(arms).arms.map(({ name }) => name)).toEqual(['none', 'masks, p 0.1', 'masks, p 0.3']);
    expect(ownArms(arms).heading).toBe('arm');
    expect(ownArms([{ p: 0.1 }, { p: 0.2 }]).heading).toBe('p');
    expect(ownArms([{ method: 'none' }, { method: 'masks' }]).heading).toBe('method');
  });
  it('are compared with a baseline that lacks their axis', () => {
    const own = ownArms(arms);
    const baselines = baselinesFor(own, { baseline: { method: 'none' }, gridAxes: ['p'] });
    expect([...baselines].map(([name, base]) => [name, base.name])).toEqual([
      ['none', 'none'],
      ['masks, p 0.1', 'none'],
      ['masks, p 0.3', 'none'],
    ]);
    expect(methodsAmong(own, ['p']).map(({ name, arms: some }) => [name, some.length])).toEqual([
      ['none', 1],
      ['masks', 2],
    ]);
  });
});

describe('the report of a study of one’s own', () => {
  const dataset = { name: 'file', train: 'some/folder/reviews.csv' };
  const cells = [0, 1, 2, 3, 4, 5].flatMap((seed) =>
    arms.map((labels): Cell => {
      const cell = invent({ seed, method: labels.method, skill: labels.p === 0.3 ? 3 : 1, members: 0 });
      const config = { ...cell.record.config, dataset, dropout: { ...cell.record.config.dropout, ...labels } };
      return { ...cell, labels, record: { ...cell.record, config } };
    }),
  );
  const study = { name: 'reviews', title: 'Reviews', question: 'Do masks help?', cells };
  const build = (gridAxes: readonly string[]) =>
    buildReport(study, ownStudySpec({ ...study, arms, baseline: { method: 'none' }, gridAxes, margin: 0.02 }));

  it('has forests, a curve over the rate with plain LoRA as a line, calibration, gap and cost', () => {
    const { figures, tables } = build(['p']);
    expect(figures.map(({ name }) => name)).toEqual([
      'differences-score',
      'differences-nll',
      'curve',
      'cost',
      'score',
      'reliability',
      'training',
    ]);
    const curve = figures.find(({ name }) => name === 'curve')!;
    expect(new Set(curve.rows.map(({ series }) => series))).toEqual(new Set(['masks']));
    expect(JSON.stringify(curve.spec)).toContain('none');
    expect(tables.find(({ name }) => name === 'scores')!.columns[0]!.title).toBe('arm');
  });
  it('names the data by its file', () => {
    const scores = build(['p']).tables.find(({ name }) => name === 'scores')!;
    expect(scores.caption).toContain('Data: reviews.');
    expect(scores.columns.map(({ title }) => title).join()).not.toContain('file');
  });
  it('claims of every method with one setting that it beats the baseline, with the margin of the file', () => {
    expect(build(['p']).verdicts).toEqual([]);
    const { verdicts } = build([]);
    expect(verdicts.map(({ claim }) => claim.text)).toContain('masks, p 0.3 scores above none');
    expect(verdicts.map(({ claim }) => claim.test.metric)).toEqual(['score', 'nll', 'score', 'nll']);
    const better = verdicts.find(({ claim }) => claim.text.startsWith('masks, p 0.3 scores'))!;
    expect(better.status).toBe('held');
    expect(better.claim.test.margin?.value).toBe(0.02);
  });
});
