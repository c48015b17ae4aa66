import type { Model } from '@lab/adapter';
import type { Float32HostArray } from '@lab/engine';
import type { ClassHead } from './class-head.ts';

/** A model that can be written back as a checkpoint, with its own weights or merged ones. */
export interface SavableModel extends Model {
  /** What stands before the names of the base model when transformers puts a head on it: `bert.`. */
  readonly prefix: string;
  /** The head of transformers' classification class; absent: it has none over this pooling. */
  readonly classHead?: ClassHead;
  /**
   * Writes a folder that transformers loads. `weights` are as `weights()` gives them, in their
   * names, shapes and layout.
   */
  readonly save: (folder: string, weights: { readonly [name: string]: Float32HostArray }) => Promise<void>;
}

/** Whether a model can be written back. */
export const isSavable = (model: Model): model is SavableModel => 'save' in model;
