import { argumentCases } from './arguments.ts';
import { checkpointCases } from './checkpoints.ts';
import { openCommandLine } from './command-line.ts';
import { configCases } from './configs.ts';
import { experimentFileCases } from './experiment-files.ts';
import { folderCases } from './folders.ts';
import { complaintsOf, type BadCase } from './outcome.ts';
import { ownDataCases } from './own-data.ts';
import { runFolderCases } from './run-folders.ts';
import { sequenceCases } from './sequences.ts';
import { studyCases } from './studies.ts';

/**
 * All bad input, by class. What needs no command line is tried in the same process, which may be
 * killed.
 */
export const badInput = ({ lab, reader }: ReturnType<typeof openCommandLine>, folder: string): readonly BadCase[] => {
  const remote = (readers: 'ownData' | 'checkpoints', cases: readonly BadCase[]): readonly BadCase[] =>
    cases.map((one, index) => ({ ...one, attempt: () => reader(readers, index, folder) }));
  return [
    ...argumentCases(lab, `${folder}/out`),
    ...configCases(lab),
    ...experimentFileCases(lab, folder),
    ...studyCases(lab, folder),
    ...sequenceCases(lab, folder),
    ...remote('ownData', ownDataCases(folder)),
    ...remote('checkpoints', checkpointCases(folder)),
    ...folderCases(lab, folder),
    ...runFolderCases(lab, folder),
  ];
};

/** How many cases of each class ended as they should. */
export type Tally = { readonly group: string; readonly cases: number; readonly refused: number };

/** What came of all bad input. */
export type CorpusResult = {
  readonly tallies: readonly Tally[];
  /**
   * Cases that did not end in one sentence and exit code 2, with what is wrong, by `class: name`.
   */
  readonly wrong: ReadonlyMap<string, string>;
};

/** Tries all bad input, one piece after another. */
export const tryBadInput = async (folder: string): Promise<CorpusResult> => {
  const line = openCommandLine();
  const wrong = new Map<string, string>();
  const tallies = new Map<string, Tally>();
  try {
    for (const one of badInput(line, folder)) {
      const outcome = await one.attempt();
      const complaints = complaintsOf(one, outcome);
      if (complaints.length > 0) wrong.set(`${one.group}: ${one.name}`, `${complaints.join(', ')}: ${outcome.message}`);
      const { cases, refused } = tallies.get(one.group) ?? { cases: 0, refused: 0 };
      const right = complaints.length === 0 ? 1 : 0;
      tallies.set(one.group, { group: one.group, cases: cases + 1, refused: refused + right });
    }
  } finally {
    line.close();
  }
  return { tallies: [...tallies.values()], wrong };
};

/** The totals as a table. */
export const corpusTable = ({ tallies }: CorpusResult): string =>
  [
    '| bad input | cases | one sentence, exit code 2 |',
    '|---|--:|--:|',
    ...tallies.map(({ group, cases, refused }) => `| ${group} | ${cases} | ${refused} |`),
  ].join('\n');
