import { catalogue, type Catalogue } from '@lab/records';
import * as listed from './methods.ts';
import type { Dropout } from './types.ts';

/** Every dropout method that a config may name. */
export const methods: Catalogue<[], Dropout> = catalogue('dropout', Object.values(listed));
