import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const README = fileURLToPath(new URL('../README.md', import.meta.url));
const [BEGIN, END] = ['<!-- npm run bench: begin -->', '<!-- npm run bench: end -->'];

/** Puts a printed block between the marks of bench/README.md. Throws when a mark is missing. */
export const writeBlock = (block: string): void => {
  const text = readFileSync(README, 'utf8');
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`bench/README.md: the marks ${BEGIN} and ${END} are missing`);
  writeFileSync(README, `${text.slice(0, from + BEGIN.length)}\n\n${block}\n\n${text.slice(to)}`);
};
