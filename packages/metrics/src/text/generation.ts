import { bleu } from './bleu.ts';
import { cider } from './cider.ts';
import { meteor } from './meteor.ts';
import { nist } from './nist.ts';
import { rougeL } from './rouge.ts';
import { ter } from './ter.ts';
import { lowerCase, tokens13a, type Segment } from './tokens.ts';

/**
 * All scores of generated texts under one tokenisation, lower-cased 13a: bleu (unsmoothed), nist,
 * meteor, rouge-l, cider, ter. Higher is better but for ter. Null where undefined (see each
 * metric). Papers differ in tokenisation: compare only like with like.
 */
export const generationScores = (segments: readonly Segment[]): Record<string, number | null> => {
  const tokenize = lowerCase(tokens13a);
  return {
    bleu: bleu(segments, { tokenize, smooth: 'none' }),
    nist: nist(segments, tokenize),
    meteor: meteor(segments, tokenize),
    'rouge-l': rougeL(segments, { tokenize }),
    cider: cider(segments, tokenize),
    ter: ter(segments, tokenize),
  };
};
