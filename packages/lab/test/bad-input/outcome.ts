/** How a piece of bad input ended. */
export type Outcome = {
  readonly code: number | null;
  /** What stood on standard error. */
  readonly message: string;
  /** What stood on standard output; absent where that was not asked for. */
  readonly shown?: string | undefined;
  readonly seconds: number;
};

/** A class of input, what was given, what the answer must name, and how it is tried. */
export type BadCase = {
  readonly group: string;
  readonly name: string;
  /** Words or patterns that the sentence must hold: the thing, the key, what is allowed. */
  readonly names: readonly (string | RegExp)[];
  readonly attempt: () => Promise<Outcome>;
};

/** Seconds that a refusal may take. */
export const PATIENCE = 5;

/** What is wrong with how a case ended; empty for one clear sentence and exit code 2. */
export const complaintsOf = ({ names }: Pick<BadCase, 'names'>, outcome: Outcome): readonly string[] => {
  const { code, message, seconds } = outcome;
  // commander adds a line that points to the help.
  const said = message.replace(/\n?\(lab --help lists the commands\)\n?/, '').trim();
  return [
    ...(seconds > PATIENCE ? [`took ${seconds.toFixed(1)} s`] : []),
    ...(code === 2 ? [] : [`ended with ${code}`]),
    ...(said === '' ? ['said nothing'] : []),
    ...(/\n\s+at /.test(message) ? ['a stack trace'] : []),
    ...(said.split('\n').length > 1 ? ['more than one line'] : []),
    ...(said.length > 1_500 ? [`${said.length} characters`] : []),
    ...names
      .filter((name) => !(typeof name === 'string' ? said.includes(name) : name.test(said)))
      .map((name) => `does not name ${name}`),
  ];
};

/** Tries a piece of code: what it throws is the outcome. */
export const attemptInProcess = async (action: () => unknown): Promise<Outcome> => {
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  try {
    await action();
    return { code: 0, message: 'accepted', seconds: seconds() };
  } catch (error) {
    if (!(error instanceof Error)) return { code: 1, message: String(error), seconds: seconds() };
    const refused = error.name === 'BadInput';
    return { code: refused ? 2 : 1, message: refused ? error.message : (error.stack ?? ''), seconds: seconds() };
  }
};
