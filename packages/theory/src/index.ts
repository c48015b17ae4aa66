export { GROUPS, type Budget, type Check, type Context, type Found } from './check.ts';
export { checks } from './checks.ts';
export type { Panel, PanelPoint } from './panel.ts';
export type { Material } from './real/material.ts';
export { Z, type At, type Row, type Verdict } from './row.ts';
export { runChecks, type Result, type RunOptions } from './run.ts';
