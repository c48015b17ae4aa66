import { catalogue } from '@lab/records';
import { useLite } from './use-lite/index.ts';

/** All base models, by name. */
export const models = catalogue('model', [useLite]);
