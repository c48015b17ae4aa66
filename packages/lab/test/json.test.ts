import { checks, runChecks } from '@lab/theory';
import { describe, expect, it } from 'vitest';
import { readArchive } from '@lab/report';
import { comparedData } from '../src/commands/reproduce.ts';
import { theoryData } from '../src/commands/theory.ts';
import { committed, reportFolder } from '../src/compose/show/reports.ts';

describe('machine-readable output', () => {
  it('of theory: rows by verdict, or why there are none', async () => {
    const one = checks.find(({ group }) => group === 'masks')!;
    const results = await runChecks({ checks: [one], seed: 0, budget: 'quick', material: null });
    const { rows } = results[0]!.found!;
    const skipped = { ...results[0]!, found: null, skipped: 'no model' };
    const read = theoryData([...results, skipped], 'caption', ['table.csv']);
    const [measured, left] = read.checks;
    const total = Object.values(measured!.verdicts).reduce((sum, n) => sum + n, 0);
    expect(measured).toMatchObject({ name: one.name, skipped: null });
    expect(total).toBe(rows.length);
    expect(left).toMatchObject({ name: one.name, verdicts: {}, skipped: 'no model' });
    expect(read).toMatchObject({ caption: 'caption', files: ['table.csv'] });
  });

  it('of reproduce: results beside the committed ones, or null where there are none', () => {
    const study = readArchive(reportFolder(committed, 'compare', 'quick'))!;
    const same = comparedData({ study, folder: 'here' }, 'quick');
    expect(same).toMatchObject({ experiment: 'compare', folder: 'here' });
    expect(same.compared).toEqual({
      shared: study.cells.length,
      identical: study.cells.length,
      onlyA: 0,
      onlyB: 0,
      largest: 0,
    });
    expect(comparedData({ study, folder: 'here' }, 'no-such-scale').compared).toBeNull();
  });
});
