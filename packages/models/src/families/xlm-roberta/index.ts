import type { Family } from '../anatomy.ts';
import { roberta } from '../roberta/index.ts';

/** XLM-RoBERTa (Conneau et al. 2019): RoBERTa's architecture with another vocabulary. */
export const xlmRoberta: Family<'cls' | 'mean' | 'pooler' | 'classifier'> = {
  ...roberta,
  name: 'xlm-roberta',
  modelType: 'xlm-roberta',
};
