import { sizeOf } from '@lab/engine';
import type { Adapter } from '../adapter.ts';

/**
 * Number of trainable parameters of an adapter, heads and constants not counted. For LoRA: the sum
 * of r (d_in + d_out) over targets.
 */
export const adapterSize = (adapter: Adapter): number =>
  adapter.params.reduce((sum, { shape, frozen }) => sum + (frozen ? 0 : sizeOf(shape)), 0);
