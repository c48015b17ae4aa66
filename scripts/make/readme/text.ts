import { withBlock } from './files.ts';
import { findingText } from './finding.ts';
import { resultsTable } from './results.ts';

const wrap = (text: string, width: number): string =>
  text
    .split(' ')
    .reduce<readonly string[]>((lines, word) => {
      const last = lines.at(-1);
      return last !== undefined && last.length + word.length < width
        ? [...lines.slice(0, -1), `${last} ${word}`]
        : [...lines, word];
    }, [])
    .join('\n');

/** The README with the sentence of the finding and the table of results as results/ has them. */
export const withResults = (readme: string): string =>
  withBlock(withBlock(readme, 'finding', wrap(findingText(), 100)), 'results', resultsTable());
