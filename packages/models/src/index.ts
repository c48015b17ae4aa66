export { models } from './catalogue.ts';
export type { ModelContext } from './context.ts';
export { isLanguageModel, type LanguageModel } from './language-model.ts';
export { classPooling } from './families/index.ts';
export type { ClassHead, HeadTensor, TrainedHead } from './class-head.ts';
export { isSavable, type HeadFile, type SavableModel } from './savable.ts';
export * from './generate/index.ts';
export { fingerprintOf } from './checkpoint/fingerprint.ts';
export type { Window, Windowing } from './tokens/windows.ts';
