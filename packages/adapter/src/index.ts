export type { Adapter, AdapterState, BuildAdapter, Linear, ParamSpec, Progress } from './adapter.ts';
export type { Encoded, Forward, LinearSpec, Model, TokenBatch } from './model.ts';
export { quiet, SITES, type Perturb, type Place, type Site, type SiteUse } from './site.ts';
