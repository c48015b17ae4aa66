import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRun, releaseLease, takeLease, writeProgress } from '@lab/records';
import { afterAll, describe, expect, it } from 'vitest';
import { plansOf, runsIn } from '../src/compose/plan/experiments.ts';
import { openWatch } from '../src/compose/show/watch.ts';
import { liveText } from '../src/terminal/live-table.ts';

const out = mkdtempSync(join(tmpdir(), 'lab-watch-'));
afterAll(() => rmSync(out, { recursive: true, force: true }));

describe('following runs on disk', () => {
  const runs = runsIn(plansOf(['compare'], { out, scale: 'smoke', set: [] }));
  const [first] = runs;
  let seconds = 0;
  const look = openWatch('Comparison', runs, out, () => seconds);

  it('nothing has begun: every arm stands there, empty', () => {
    const state = look();
    expect(state).toMatchObject({ runs: 5, done: 0, share: 0, secondsLeft: null, isOver: false, running: [] });
    expect(state.arms.map(({ done, planned, score }) => [done, planned, score])).toEqual(runs.map(() => [0, 1, null]));
  });

  it('a running run has its share, its losses and its time left', () => {
    const lease = takeLease(openRun(out, first!.id))!;
    const note = (step: number, loss: number) => writeProgress(lease, { phase: 'train', step, steps: 20, loss });
    note(4, 0.7);
    seconds = 10;
    expect(look().running[0]).toMatchObject({ id: first!.id, step: 4, secondsLeft: null, losses: [[4, 0.7]] });
    note(8, 0.5);
    seconds = 30;
    const state = look();
    // Four steps took twenty seconds; twelve are left. Training is four fifths of a run.
    expect(state.running[0]).toMatchObject({
      secondsLeft: 60,
      losses: [
        [4, 0.7],
        [8, 0.5],
      ],
    });
    expect(state.running[0]?.share).toBeCloseTo(0.32, 12);
    expect(state.share).toBeCloseTo(0.32 / 5, 12);
    expect(state.secondsLeft).toBeCloseTo((30 * (1 - 0.064)) / 0.064, 9);
    const text = liveText(state, 80);
    expect(text).toContain('  6 %');
    expect(text).toMatch(/█+░+ {2}32 % {2}step 8\/20 {2}loss 0\.5000 {2}1 min 00 s left {2}method/);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    releaseLease(lease);
  });

  it('a run that was let go is no longer running, and still to be done', () => {
    expect(look()).toMatchObject({ running: [], failed: 0, isOver: false });
  });
});
