import type { Noise } from '../types.ts';

/**
 * m_A on the columns of A and m_B on the rows of B (LoRA Dropout, Eq. 2). A mask for each example
 * cannot lie on the shared matrices, so it acts on their input and output, which is the same
 * product: diag(m_B) B A diag(m_A) x.
 */
export const maskPair = (common: Pick<Noise, 'p' | 'scope' | 'layers' | 'compensation'>): readonly Noise[] =>
  common.scope === 'batch'
    ? [
        { ...common, site: 'lora.A', structure: 'column' },
        { ...common, site: 'lora.B', structure: 'row' },
      ]
    : [
        { ...common, site: 'lora.input', structure: 'column' },
        { ...common, site: 'lora.delta', structure: 'column' },
      ];
