import type { Model } from '@lab/adapter';
import type { Float32HostArray } from '@lab/engine';

/** A model that can be written back as a checkpoint, with its own weights or merged ones. */
export interface SavableModel extends Model {
  /**
   * Writes a folder that transformers loads. `weights` are as `weights()` gives them, in their
   * names, shapes and layout.
   */
  readonly save: (folder: string, weights: { readonly [name: string]: Float32HostArray }) => Promise<void>;
}

/** Whether a model can be written back. */
export const isSavable = (model: Model): model is SavableModel => 'save' in model;
