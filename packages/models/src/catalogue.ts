import { catalogue } from '@lab/records';
import { embeddedGpt } from './embedded-gpt/index.ts';
import { familyEntries } from './families/index.ts';
import { useLite } from './use-lite/index.ts';

/** All base models, by name. */
export const models = catalogue('model', [useLite, embeddedGpt, ...familyEntries]);
