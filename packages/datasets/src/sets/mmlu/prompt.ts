import { BadInput, itemAt } from '@lab/records';
import type { Example } from '../../types.ts';

/** How options are asked for: by their letters, listed in the prompt, or by their own words. */
export type Choices = 'letter' | 'text';

/** The letters of the options. */
export const LETTERS = ['A', 'B', 'C', 'D'] as const;

/** The subject in an id: `test:high_school_physics:3`. */
const subjectOf = ({ id }: Example): string => (id.split(':')[1] ?? '').replaceAll('_', ' ');

const choicesOf = ({ references = [] }: Example): readonly string[] => references;

/** What follows a prompt, for every option, with the blank before it. */
const continuations = (example: Example, choices: Choices): readonly string[] =>
  (choices === 'letter' ? LETTERS : choicesOf(example)).map((option) => ` ${option}`);

/** The first line, as in the authors' evaluation; it names choices only where they are listed. */
const opening = (example: Example, choices: Choices): string => {
  const kind = choices === 'letter' ? 'multiple choice questions' : 'questions';
  return `The following are ${kind} (with answers) about ${subjectOf(example)}.`;
};

const asked = (example: Example, choices: Choices): string =>
  choices === 'letter'
    ? [example.text, ...choicesOf(example).map((choice, i) => `${itemAt(LETTERS, i)}. ${choice}`), 'Answer:'].join('\n')
    : `Question: ${example.text}\nAnswer:`;

/**
 * Questions as prompts that a model goes on from (Hendrycks et al. 2021, section 4.1): the subject,
 * the first `shots` dev questions of the subject with their answers, the question. `references` are
 * the continuations to choose from. Throws `BadInput` where a subject has fewer dev questions.
 */
export const asPrompts = (
  examples: readonly Example[],
  dev: readonly Example[],
  { choices, shots }: { readonly choices: Choices; readonly shots: number },
): readonly Example[] =>
  examples.map((example) => {
    const solved = dev.filter((each) => subjectOf(each) === subjectOf(example)).slice(0, shots);
    if (solved.length < shots)
      throw new BadInput(
        `dataset mmlu: shots is ${shots}; the dev split has ${solved.length} questions about ${subjectOf(example)}`,
      );
    const answered = solved.map((each) => asked(each, choices) + itemAt(continuations(each, choices), each.label));
    return {
      ...example,
      text: [opening(example, choices), ...answered, asked(example, choices)].join('\n\n'),
      references: continuations(example, choices),
    };
  });
