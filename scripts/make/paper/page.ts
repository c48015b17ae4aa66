import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';
import { home } from '../readme/files.ts';
import { bareNumbers } from './bare.ts';
import { fillPlaces, type FilledText } from './places.ts';

/** The text with its places, and the page that is written from it. */
export const paperTemplate = join(home, 'scripts', 'make', 'paper', 'paper.md');
export const paperPage = join(home, 'docs', 'paper.md');

/** The page that a template gives, and what is wrong with the template. */
export const filledPaper = async (template = readFileSync(paperTemplate, 'utf8')): Promise<FilledText> => {
  const { text, faults } = fillPlaces(template);
  const page = await format(text, { parser: 'markdown', printWidth: 100, proseWrap: 'always' });
  return { text: page, faults: [...faults, ...bareNumbers(template)] };
};
