import { fold, type Key } from '@lab/random';
import { BadInput } from '@lab/records';
import type { Read } from '../read/rows.ts';
import type { WantedFile } from '../read/text.ts';
import { holdOut } from '../shape/holdout.ts';
import type { Example } from '../types.ts';

/**
 * One example for each distinct input with all its references, in order of first appearance: how
 * generation is scored.
 */
export const gatherReferences = (read: Read<Example>): Read<Example> => {
  const byInput = new Map<string, Example>();
  for (const example of read.rows) {
    const before = byInput.get(example.text);
    const references = [...(before?.references ?? []), ...(example.references ?? [])];
    byInput.set(example.text, { ...(before ?? example), references });
  }
  return { rows: [...byInput.values()], notes: read.notes };
};

/**
 * Cuts test and validation off one list by the key. Throws `BadInput` when nothing is left for
 * train.
 */
export const cutThree = (key: Key, name: string, all: readonly Example[], validation: number, test: number) => {
  if (validation + test >= all.length) {
    throw new BadInput(
      `dataset ${name}: validation + test must stay below ${all.length}, the number of examples; got ` +
        `${validation + test}`,
    );
  }
  const first = holdOut(fold(key, `${name} test`), all, test);
  return { ...holdOut(fold(key, `${name} validation`), first.train, validation), test: first.validation };
};

/** A wanted file in one of some folders. */
export const wantedIn = (folders: readonly string[], file: string, how: string): WantedFile => ({ folders, file, how });
