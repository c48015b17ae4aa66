import type { Model } from '@lab/adapter';
import type { Float32HostArray } from '@lab/engine';
import type { ClassHead, TrainedHead } from './class-head.ts';
import type { Window, Windowing } from './tokens/windows.ts';

/** A head that is written into a checkpoint. */
export interface HeadFile {
  readonly tensors: { readonly [name: string]: Float32HostArray };
  readonly config: { readonly [key: string]: unknown };
}

/** A model that can be written back as a checkpoint, with its own weights or merged ones. */
export interface SavableModel extends Model {
  /**
   * What stands before the names of the base model when transformers puts a head on it: `bert.`.
   */
  readonly prefix: string;
  /** The head of transformers' classification class; absent: it has none over this pooling. */
  readonly classHead?: ClassHead;
  /** Whether transformers has a question-answering class with `qa_outputs` on the hidden states. */
  readonly spanHead: boolean;
  /** Where the model was opened to have the whole of that head trained; absent: it was not. */
  readonly trainedHead?: TrainedHead;
  /** A question and its context as token windows, for tasks that point at a span of the context. */
  readonly windows: (question: string, context: string, how: Windowing) => readonly Window[];
  /**
   * Writes a folder that transformers loads. `weights` are as `weights()` gives them, in their
   * names, shapes and layout. `head`: tensors beside them as they are to be stored, and keys of
   * config.json that go with them.
   */
  readonly save: (
    folder: string,
    weights: { readonly [name: string]: Float32HostArray },
    head?: HeadFile,
  ) => Promise<void>;
}

/** Whether a model can be written back. */
export const isSavable = (model: Model): model is SavableModel => 'save' in model;
