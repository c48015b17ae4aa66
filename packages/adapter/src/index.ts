export type {
  Adapter,
  AdapterState,
  Flow,
  Linear,
  Moments,
  ParamSpec,
  Probe,
  StepCount,
  ModuleSearch,
} from './adapter.ts';
export type { LeftAdapter } from './left-adapter.ts';
export type { PeftForm } from './peft/form.ts';
export type { HostParams } from './host-params.ts';
export { adapters } from './catalogue.ts';
export { adapterSize } from './size/count.ts';
export { parametersInUse, ranksInUse } from './size/used.ts';
export { plainLoraFiles } from './peft/plain-lora.ts';
export { describeSize } from './size/describe.ts';
export { affine } from './pass/affine.ts';
export { forwardWith } from './pass/forward.ts';
export { withParts } from './fused.ts';
export { merge } from './merge.ts';
export { isMergeable, mergedWeights } from './pass/merged.ts';
export type { Encoded, Forward, FrozenTensor, LinearSpec, Model, Packing, TokenBatch } from './model.ts';
export { peftFiles, readPeft, readPeftFiles, type PeftAdapter } from './peft/files.ts';
export { gatesOf } from './mole/gated.ts';
export { noNoise, SITES, type Perturb, type Place, type Site, type SiteUse } from './pass/site.ts';
export { selectTargets } from './targets.ts';
