import type { Citation } from '@lab/records';

/** The paper of both: directions in a bank for one task, or one direction for every task. */
export const citeSdLora: Citation = {
  title: 'SD-LoRA: Scalable Decoupled Low-Rank Adaptation for Class Incremental Learning',
  year: 2025,
  url: 'https://arxiv.org/abs/2501.13198',
  where: 'section 3',
};
