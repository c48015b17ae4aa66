import { catalogue, type Catalogue } from '@lab/records';
import type { Adapter } from './adapter.ts';
import { lora } from './lora/index.ts';
import type { Model } from './model.ts';
import { none } from './none/index.ts';

/** Every adapter that a config may name. */
export const adapters: Catalogue<[Model], Adapter> = catalogue('adapter', [none, lora]);
