/** One line of the table: a fault, how often it was tried, and what came of it. */
export interface Row {
  readonly fault: string;
  readonly tried: number;
  /** What the tries were. */
  readonly how: string;
  /** Finished runs that were lost. */
  readonly lost: number;
  /** Runs that were finished twice. */
  readonly twice: number;
  /** Runs that differ from the uninterrupted sweep in any byte. */
  readonly unequal: number;
  /** What the program does about it. */
  readonly then: string;
}

/** Rows as a Markdown table. */
export const tableOf = (rows: readonly Row[]): string =>
  [
    '| fault | tried | finished runs lost | run twice | unlike the uninterrupted sweep | what happens |',
    '|---|--:|--:|--:|--:|---|',
    ...rows.map(
      ({ fault, tried, how, lost, twice, unequal, then }) =>
        `| ${fault} (${how}) | ${tried} | ${lost} | ${twice} | ${unequal} | ${then} |`,
    ),
  ].join('\n');
