export { models } from './catalogue.ts';
export type { ModelContext } from './context.ts';
export { isLanguageModel, type LanguageModel } from './language-model.ts';
export type { ClassHead } from './class-head.ts';
export { isSavable, type SavableModel } from './savable.ts';
export * from './generate/index.ts';
export { fingerprintOf } from './checkpoint/fingerprint.ts';
export { publicConfigs } from './families/public-configs.ts';
export { skeletonOf, type Skeleton } from './skeleton.ts';
