export { renderPage, renderReport, type Rendered } from './render.ts';
export { buildReport, type Report } from './report.ts';
export type { Arm, Where } from './data/arm.ts';
export type { Illustrated } from './page/page.ts';
export type { ReadoutChoice } from './data/run.ts';
export { force, type Cell, type Label, type Labels, type Lazy, type Study } from './data/study.ts';
export type * from './spec.ts';
export type { Verdict } from './verdict/verdict.ts';
