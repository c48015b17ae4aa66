import { describe, expect, it } from 'vitest';
import { onlyRuns, plansOf, runsIn } from '../src/compose/plan/experiments.ts';
import { runCommand } from '../src/compose/plan/run-command.ts';

const options = { out: 'out', scale: 'smoke', set: [] };
const runs = runsIn(plansOf(['compare'], options));

describe('one run again', () => {
  it('is chosen by the beginning of its id', () => {
    const [first] = runs;
    expect(onlyRuns(runs, [first!.id.slice(0, 10)])).toEqual([first]);
    expect(onlyRuns(runs, ['']).length).toBe(runs.length);
  });
  it('that is not planned is one sentence', () => {
    expect(() => onlyRuns(runs, ['zz'])).toThrow(
      /^--only zz: none of the \d+ runs has such an id; lab plan lists them$/,
    );
  });
  it('stands in a command without places of this machine', () => {
    expect(runCommand('compare', options)).toBe('npm run lab -- run compare --scale smoke');
    const more = {
      ...options,
      model: 'minilm',
      weights: '/home/someone/minilm',
      dataDir: '/home/someone/glue',
      tuned: true,
      set: ['model.name="minilm"', 'model.weights="abc"', 'train.epochs=3', 'seed=[0, 1]'],
    };
    expect(runCommand("my study's.yaml", more)).toBe(
      `npm run lab -- run 'my study'\\''s.yaml' --scale smoke --model minilm --weights <folder> ` +
        `--data-dir <folder> --tuned --set train.epochs=3 'seed=[0, 1]'`,
    );
  });
});
