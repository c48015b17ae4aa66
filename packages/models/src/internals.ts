/**
 * What benchmarks and scripts take apart. Packages import each other through their index alone;
 * lint keeps it so.
 */
export { embeddedGptFolder } from './embedded-gpt/index.ts';
export type { Anatomy } from './families/anatomy.ts';
export { bert } from './families/bert/index.ts';
export { gpt2 } from './families/gpt2/index.ts';
export { tableLogits } from './language-model.ts';
export { ACTIVATIONS } from './parts/activations.ts';
export { layerNorm } from './parts/norm.ts';
export { readTokenizerFiles } from './tokens/files.ts';
export { openTokenizer } from './tokens/tokenizer.ts';
