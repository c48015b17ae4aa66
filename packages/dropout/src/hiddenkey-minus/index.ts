import { hiddenKeyOptions, partsOf } from '../hiddenkey/options.ts';
import { method } from '../method.ts';

export const hiddenKeyMinus = method({
  name: 'hiddenkey-minus',
  version: 1,
  summary: 'HiddenKey without its consistency loss: column DropKey and element HiddenCut',
  cite: {
    title: 'LoRA Meets Dropout under a Unified Framework',
    year: 2024,
    url: 'https://arxiv.org/abs/2403.00812',
    where: 'section 3.3, Table 1',
  },
  options: hiddenKeyOptions,
  build: (options) => ({ noise: partsOf(options), samples: 1, evaluate: { readout: 'deterministic' } }),
});
