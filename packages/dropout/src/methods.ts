// One line a method: adding a method is its folder and its line here.
export { branchDrop } from './branch-drop/index.ts';
export { cLora } from './clora/index.ts';
export { custom } from './custom/index.ts';
export { cutoff } from './cutoff/index.ts';
export { deepEnsemble } from './deep-ensemble/index.ts';
export { dropAttention } from './dropattention/index.ts';
export { dropKey } from './dropkey/index.ts';
export { dropLora } from './droplora/index.ts';
export { hiddenCut } from './hiddencut/index.ts';
export { hiddenKey } from './hiddenkey/index.ts';
export { hiddenKeyMinus } from './hiddenkey-minus/index.ts';
export { loraDropout } from './lora-dropout/index.ts';
export { loraInput } from './lora-input/index.ts';
export { mcDropout } from './mc-dropout/index.ts';
export { none } from './none/index.ts';
export { rDrop } from './r-drop/index.ts';
export { weightDecay } from './weight-decay/index.ts';
