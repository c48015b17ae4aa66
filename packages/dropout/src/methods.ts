// One line a method: adding a method is its folder and its line here.
export { hiddenKey } from './hiddenkey/index.ts';
export { hiddenKeyMinus } from './hiddenkey-minus/index.ts';
export { loraDropout } from './lora-dropout/index.ts';
export { loraInput } from './lora-input/index.ts';
export { none } from './none/index.ts';
