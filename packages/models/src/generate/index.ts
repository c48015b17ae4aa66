export { openDecoder, type DecoderParts } from './decoder.ts';
export { generate, type Decoder } from './generate.ts';
export { generationSchema, type Generation } from './options.ts';
export { nextPass, startPass, type NextTokens, type WrittenTokens } from './passes.ts';
export { meanLogits, meanProbabilities } from './scores.ts';
