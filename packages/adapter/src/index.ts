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
  StepCount,
  ModuleSearch,
} from './adapter.ts';
export { adapters } from './catalogue.ts';
export { adapterSize } from './size/count.ts';
export { describeSize, plainModel } from './size/describe.ts';
export { affine, forwardWith } from './pass/forward.ts';
export { merge } from './merge.ts';
export type { Encoded, Forward, LinearSpec, Model, Packing, TokenBatch } from './model.ts';
export { peftFiles, readPeft, readPeftFiles, type PeftAdapter } from './peft/files.ts';
export { noNoise, SITES, type Perturb, type Place, type Site, type SiteUse } from './pass/site.ts';
export { selectTargets } from './targets.ts';
