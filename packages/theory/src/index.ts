export type { CheckBudget, Check, Context, CheckRows } from './check.ts';
export { checks } from './checks.ts';
export type { Panel, PanelPoint } from './panel.ts';
export type { Material } from './real/material.ts';
export { Z, type At, type CheckRow, type CheckVerdict } from './row.ts';
export { runChecks, type CheckResult, type CheckRunOptions } from './run.ts';
