import { countFile, FILE_LINES } from './measure.ts';
import { doubleNames, shadowedBuiltIns } from './names.ts';
import { misplacedTests } from './places.ts';
import { longProse, PROSE_WIDTH } from './prose.ts';
import { isTestCode, type CodeFile, type TextFile } from './sources.ts';

/** One breach of a rule of the house: the file it lies in, and a sentence. */
export type Breach = { readonly path: string; readonly sentence: string };

const at = ({ path, line }: { readonly path: string; readonly line: number }) => `${path}:${line}`;

/**
 * Every breach of the rules that need more than one file or that hold for prose. ESLint knows the
 * others.
 */
export const breachesOf = (code: readonly CodeFile[], pages: readonly TextFile[]): readonly Breach[] => {
  const production = code.filter(({ path }) => !isTestCode(path));
  return [
    ...code.flatMap((file) => {
      const { lines } = countFile(file);
      return lines > FILE_LINES ? [{ path: file.path, sentence: `${lines} lines, allowed are ${FILE_LINES}` }] : [];
    }),
    ...doubleNames(production).flatMap((places) =>
      places.map((place) => ({
        path: place.path,
        sentence: `exports ${place.name}, and so does ${places
          .filter((other) => other !== place)
          .map(at)
          .join(' and ')}`,
      })),
    ),
    ...shadowedBuiltIns(code).map(({ name, path, line }) => ({
      path,
      sentence: `line ${line} hides the built-in ${name}`,
    })),
    ...misplacedTests(code.map(({ path }) => path)).map((path) => ({
      path,
      sentence: 'a test lies in test/, or in the folder of a catalogue entry and has its name',
    })),
    ...pages.flatMap((page) =>
      longProse(page).map((line) => ({
        path: page.path,
        sentence: `line ${line} is longer than ${PROSE_WIDTH} columns`,
      })),
    ),
  ];
};
