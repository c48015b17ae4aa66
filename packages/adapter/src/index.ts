export type {
  Adapter,
  AdapterState,
  BuildAdapter,
  Flow,
  HostParams,
  Linear,
  Moments,
  ParamSpec,
  PeftForm,
  Probe,
  Progress,
  Search,
} from './adapter.ts';
export { adapters } from './catalogue.ts';
export { adapterSize } from './counts.ts';
export { describeSize, plainModel } from './sizes.ts';
export { affine, forwardWith } from './forward.ts';
export { merge, unmerge } from './merge.ts';
export type { Encoded, Forward, LinearSpec, Model, TokenBatch } from './model.ts';
export { peftFiles, readPeft, readPeftFiles, type PeftAdapter } from './peft.ts';
export { noNoise, SITES, type Perturb, type Place, type Site, type SiteUse } from './site.ts';
export { selectTargets } from './targets.ts';
