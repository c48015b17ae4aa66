import type { Citation } from '@lab/records';

/** LoRA Dropout (Lin et al. 2024). */
export const citeLoraDropout = (where: string): Citation => ({
  title: 'LoRA Dropout as a Sparsity Regularizer for Overfitting Control',
  year: 2024,
  url: 'https://arxiv.org/abs/2404.09610',
  where,
});

/** HiddenKey (Wang et al. 2024). */
export const citeHiddenKey = (where: string): Citation => ({
  title: 'LoRA Meets Dropout under a Unified Framework',
  year: 2024,
  url: 'https://arxiv.org/abs/2403.00812',
  where,
});

/** HeteroLoRA (Zhang et al. 2024). */
export const citeHeteroLora = (where: string): Citation => ({
  title: 'Unlocking the Global Synergies in Low-Rank Adapters',
  year: 2024,
  url: 'https://arxiv.org/abs/2406.14956',
  where,
});

/** RAC-LoRA (Malinovsky et al. 2024). */
export const citeRacLora = (where: string): Citation => ({
  title: 'Randomized Asymmetric Chain of LoRA: The First Meaningful Theoretical Framework for Low-Rank Adaptation',
  year: 2024,
  url: 'https://arxiv.org/abs/2410.08305',
  where,
});
