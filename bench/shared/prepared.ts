import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPreparer, planRun, type ConfigPatch } from '@lab/runner';

/** Longest text of what `prepared` gives. */
export const LONGEST_TEXT = 48;

const preparer = openPreparer({ download: false, sources: { cacheDir: join(tmpdir(), 'lab-bench') } });

/** The embedded encoder with LoRA Dropout on a data set, ready to be opened in a session. */
export const prepared = (dataset: string, more: ConfigPatch = {}) => {
  const parts = { model: { name: 'use-lite' }, adapter: { name: 'lora' }, dropout: { name: 'lora-dropout' } };
  const raw = { seed: 0, dataset: { name: dataset }, ...parts, train: { maxTokens: LONGEST_TEXT }, ...more };
  return preparer.prepare(planRun(raw, 'bench').config);
};
