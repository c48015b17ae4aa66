import { z } from 'zod';
import { layers, rate } from '../options.ts';
import { hiddenKeyNoise } from './compose.ts';
import type { Noise } from '../types.ts';

/** The knobs that HiddenKey and HiddenKey-minus share. */
export const hiddenKeyOptions = z.object({
  p: rate.default(0.1).describe('rate of both parts, DropKey and HiddenCut'),
  keyP: rate.optional().describe('rate of DropKey, where it differs from p'),
  hiddenP: rate.optional().describe('rate of HiddenCut, where it differs from p'),
  hiddenSite: z
    .enum(['ffn.hidden', 'ffn.intermediate'])
    .default('ffn.hidden')
    .describe('value that HiddenCut masks: the output of the feed-forward block or its inner activation'),
  inputP: rate.default(0).describe('adds span cutoff on the embeddings (+input) at this rate'),
  outputP: rate.default(0).describe('adds dropout on the output representation (+output) at this rate'),
  layers: layers.default('all').describe('layers of DropKey and HiddenCut; "latter-half" for decoders'),
});

export const partsOf = (o: z.infer<typeof hiddenKeyOptions>): readonly Noise[] =>
  hiddenKeyNoise({
    key: o.keyP ?? o.p,
    hidden: o.hiddenP ?? o.p,
    hiddenSite: o.hiddenSite,
    input: o.inputP,
    output: o.outputP,
    layers: o.layers,
  });
