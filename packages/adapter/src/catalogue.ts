import { catalogue, type Catalogue } from '@lab/records';
import type { Adapter } from './adapter.ts';
import { adaLora } from './adalora/index.ts';
import { beamLora } from './beamlora/index.ts';
import { bitFit } from './bitfit/index.ts';
import { cola } from './cola/index.ts';
import { racLora } from './rac-lora/index.ts';
import { xgbLora } from './xgblora/index.ts';
import { roLora } from './rolora/index.ts';
import { sLora } from './s-lora/index.ts';
import { proLora } from './prolora/index.ts';
import { resLora } from './reslora/index.ts';
import { dora } from './dora/index.ts';
import { doraDynamic } from './dora-dynamic/index.ts';
import { ffaLora } from './ffa-lora/index.ts';
import { full } from './full/index.ts';
import { heteroLora } from './heterolora/index.ts';
import { houlsby } from './houlsby/index.ts';
import { lora } from './lora/index.ts';
import { mole } from './mole/index.ts';
import type { Model } from './model.ts';
import { none } from './none/index.ts';
import { noRa } from './nora/index.ts';
import { pfeiffer } from './pfeiffer/index.ts';
import { repLora } from './replora/index.ts';
import { sdLora } from './sd-lora/index.ts';
import { sora } from './sora/index.ts';

/** Every adapter that a config may name. */
export const adapters: Catalogue<[Model], Adapter> = catalogue('adapter', [
  none,
  lora,
  adaLora,
  sora,
  dora,
  doraDynamic,
  heteroLora,
  resLora,
  proLora,
  beamLora,
  noRa,
  repLora,
  cola,
  racLora,
  xgbLora,
  roLora,
  ffaLora,
  sLora,
  sdLora,
  mole,
  houlsby,
  pfeiffer,
  bitFit,
  full,
]);
