import { present } from '@lab/records';
import type { ExperimentRun } from '@lab/runner';
import type { Adopted } from './adopt.ts';

/** Rates at which an imported adapter is read. */
const RATES = [0.1, 0.3, 0.5];

/**
 * An experiment file that reads one imported adapter without noise, with LoRA Dropout at test and
 * with dropout of the input, at several rates. Nothing in it is trained.
 */
export const studyFile = (adopted: Adopted, runs: readonly ExperimentRun[]): string => {
  const { config } = present(runs[0], 'a run');
  const { seed: _seed, dropout: _dropout, ...base } = config;
  const arm = (method: string, p: number, dropout: object) => ({ labels: { method, p }, config: { dropout } });
  const experiment = {
    name: `imported-${adopted.name}`,
    title: 'An imported adapter, read in several ways',
    question: 'Does an ensemble over masks help an adapter that was trained elsewhere?',
    scales: {
      test: {
        summary: 'nothing is trained',
        base,
        arms: [
          arm('none', 0, { name: 'none' }),
          ...RATES.map((p) => arm('lora-dropout', p, { name: 'lora-dropout', where: 'test', p })),
          ...RATES.map((p) => arm('mc-dropout', p, { name: 'mc-dropout', p })),
        ],
        seeds: [0],
      },
    },
    baseline: { method: 'none', p: 0 },
  };
  return `${JSON.stringify(experiment, null, 2)}\n`;
};
