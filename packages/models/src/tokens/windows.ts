import type { Encoded } from '@lab/adapter';
import { BadInput } from '@lab/records';
import { placedTokens } from './align.ts';
import type { TokenizerFiles } from './files.ts';
import { openPieces } from './pieces.ts';

/** A question with as much of its context as fits. */
export interface Window {
  readonly encoded: Encoded;
  /** Characters [from, to) of the context that each token stands for; null for all other tokens. */
  readonly offsets: readonly (readonly [number, number] | null)[];
}

/** How a context is cut into windows. */
export interface Windowing {
  /** Tokens of a window with its special ones, at most. */
  readonly atMost: number;
  /** Tokens kept of a question. */
  readonly questionTokens: number;
  /** Tokens that neighbouring windows share. */
  readonly stride: number;
}

/** Stand in for the two texts where a tokenizer shows what it puts around them. */
const [FIRST, SECOND] = ['\u0001', '\u0002'];

/**
 * A question and its context to windows: the question whole, the context piece by piece. The model
 * reads at most `maxTokens` tokens. Throws `BadInput` where a window holds no more of the context
 * than it shares with the next one.
 */
export const openWindows = (
  files: TokenizerFiles,
  { maxTokens, types, rows }: { readonly maxTokens: number; readonly types: boolean; readonly rows: number },
): ((question: string, context: string, how: Windowing) => readonly Window[]) => {
  const pieces = openPieces(files, { types, rows });
  const template = pieces.pack([FIRST], [SECOND]).tokens;
  const specials = template.length - 2;
  /** Special tokens before the context, the question's own among them. */
  const before = template.indexOf(SECOND) - 1;
  return (question, context, { atMost, questionTokens, stride }) => {
    const asked = pieces.bare(question.trim()).slice(0, questionTokens);
    const placed = placedTokens(context, pieces);
    const room = Math.min(atMost, maxTokens) - specials - asked.length;
    if (room <= stride && placed.length > room)
      throw new BadInput(
        `train.maxTokens is ${atMost} and qa.stride ${stride}: beside a question of ${asked.length} tokens ` +
          `a window has room for ${Math.max(0, room)} of the context; take a smaller stride or more tokens`,
      );
    const count = placed.length <= room ? 1 : 1 + Math.ceil((placed.length - room) / (room - stride));
    return Array.from({ length: count }, (_, i): Window => {
      const part = placed.slice(i * (room - stride), i * (room - stride) + room);
      const encoded = pieces.encoded(
        pieces.pack(
          asked,
          part.map(({ token }) => token),
        ),
      );
      const first = before + asked.length;
      return { encoded, offsets: Array.from(encoded.ids, (_id, at) => part[at - first]?.range ?? null) };
    });
  };
};
