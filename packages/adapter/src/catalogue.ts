import { catalogue, type Catalogue } from '@lab/records';
import type { Adapter } from './adapter.ts';
import { adaLora } from './adalora/index.ts';
import { bitFit } from './bitfit/index.ts';
import { full } from './full/index.ts';
import { heteroLora } from './heterolora/index.ts';
import { houlsby } from './houlsby/index.ts';
import { lora } from './lora/index.ts';
import type { Model } from './model.ts';
import { none } from './none/index.ts';
import { pfeiffer } from './pfeiffer/index.ts';
import { sora } from './sora/index.ts';

/** Every adapter that a config may name. */
export const adapters: Catalogue<[Model], Adapter> = catalogue('adapter', [
  none,
  lora,
  adaLora,
  sora,
  heteroLora,
  houlsby,
  pfeiffer,
  bitFit,
  full,
]);
