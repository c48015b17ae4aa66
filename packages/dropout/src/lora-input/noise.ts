import type { Layers, Noise, Rate } from '../types.ts';

/**
 * Ordinary dropout on what enters A: every entry of every token alone, kept ones scaled by 1/(1-p),
 * as PEFT's `lora_dropout`.
 */
export const inputNoise = (p: Rate, layers: Layers): Noise => ({
  site: 'lora.input',
  structure: 'element',
  compensation: 'inverse',
  p,
  scope: 'example',
  layers,
});
