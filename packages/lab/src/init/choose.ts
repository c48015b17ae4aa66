import { createInterface } from 'node:readline/promises';
import { BadInput } from '@lab/records';
import { columnNamed, guessColumns, guessTask, type ChosenColumns, type ColumnFacts } from './columns.ts';
import type { SpanColumns } from './spans.ts';
import { initTasks, type InitTask } from './tasks.ts';

/** What the command line says of the columns. */
export interface ColumnFlags {
  readonly text?: string;
  readonly pair?: string;
  readonly label?: string;
  readonly task?: InitTask;
}

/** Asks a question with a suggested answer. */
export type Ask = (question: string, suggested: string) => Promise<string>;

/**
 * Questions in the terminal; an empty answer takes what is suggested. Throws `BadInput` where the
 * input ends first.
 */
export const askInTerminal = async <T>(action: (ask: Ask) => Promise<T>): Promise<T> => {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const ended = new Promise<never>((_, reject) =>
    terminal.once('close', () => reject(new BadInput('lab init: no answer; --yes takes what is suggested'))),
  );
  // At the end it is closed without a question.
  ended.catch(() => undefined);
  try {
    return await action(async (question, suggested) => {
      const answer = await Promise.race([terminal.question(`${question} [${suggested}] `), ended]);
      return answer.trim() === '' ? suggested : answer.trim();
    });
  } finally {
    terminal.close();
  }
};

/** Answers every question with what is suggested. */
export const takeSuggested: Ask = (_, suggested) => Promise.resolve(suggested);

const none = 'none';

/**
 * Which columns are what: as the command line says, else as the person answers, who is offered what
 * the columns suggest. `spans`: columns of questions on a context, if these rows are such. Throws
 * `BadInput` for a column that is not there, and where nothing says which one is meant.
 */
export const chooseColumns = async (
  path: string,
  facts: readonly ColumnFacts[],
  { flags, ask, spans }: { readonly flags: ColumnFlags; readonly ask: Ask; readonly spans?: SpanColumns | undefined },
): Promise<ChosenColumns> => {
  const questions = flags.task === undefined || flags.task === 'extractive-qa' ? spans : undefined;
  const guessed = questions ?? guessColumns(facts);
  const names = facts.map(({ name }) => name).join(', ');
  const decide = async (role: 'text' | 'label', question: string): Promise<ColumnFacts> => {
    const name = flags[role] ?? (await ask(question, guessed[role] ?? ''));
    if (name === '') throw new BadInput(`${path}: which column is the ${role}? Say --${role} <column>: ${names}`);
    return columnNamed(facts, name, `${path}: --${role}`);
  };
  const text = await decide('text', `Column of the text (${names})?`);
  const suggestedPair = guessed.pair === text.name ? none : (guessed.pair ?? none);
  const pair = flags.pair ?? (await ask('Column of a second text, for tasks on pairs?', suggestedPair));
  const label = await decide('label', 'Column of the label?');
  const task =
    flags.task ?? (await ask(`Task (${initTasks.join(', ')})?`, questions ? 'extractive-qa' : guessTask(label)));
  const known = initTasks.find((each) => each === task);
  if (known === undefined) throw new BadInput(`${path}: unknown task "${task}"; allowed: ${initTasks.join(', ')}`);
  const second = pair === none ? null : columnNamed(facts, pair, `${path}: --pair`).name;
  if (text.name === label.name || second === label.name)
    throw new BadInput(`${path}: column "${label.name}" cannot be the text and the label; say --text and --label`);
  const chosen = { text: text.name, pair: second, label: label.name, task: known };
  if (known !== 'extractive-qa') return chosen;
  if (second === null)
    throw new BadInput(
      `${path}: extractive-qa needs questions (--text), contexts (--pair) and answers that stand in them ` +
        `(--label): ${names}`,
    );
  return { ...chosen, start: questions?.start ?? null };
};
