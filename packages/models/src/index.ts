export { models } from './catalogue.ts';
export type { ModelContext } from './context.ts';
