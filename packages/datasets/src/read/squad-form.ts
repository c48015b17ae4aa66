import { z } from 'zod';

const answer = z.object({ text: z.string(), answer_start: z.number().int().min(0) });

/** A question in SQuAD's JSON form. */
export const squadQuestion = z.object({
  question: z.string(),
  answers: z.array(answer),
  is_impossible: z.boolean().optional(),
});

/** A file in SQuAD's JSON form, of questions that are checked against `question`. */
export const squadForm = <Q extends typeof squadQuestion>(question: Q) =>
  z.object({
    data: z.array(z.object({ paragraphs: z.array(z.object({ context: z.string(), qas: z.array(question) })) })),
  });

/**
 * The questions of such a file in their order, each with its context; without answers where none is
 * possible.
 */
export const questionsIn = <Q extends z.infer<typeof squadQuestion>>({
  data,
}: {
  readonly data: readonly {
    readonly paragraphs: readonly { readonly context: string; readonly qas: readonly Q[] }[];
  }[];
}) =>
  data.flatMap(({ paragraphs }) =>
    paragraphs.flatMap(({ context, qas }) =>
      qas.map((q) => ({ ...q, context, answers: q.is_impossible === true ? [] : q.answers })),
    ),
  );
