import {
  bestSpan,
  bestThreshold,
  ensembleLogits,
  logSoftmaxRow,
  squadScores,
  type BestSpan,
  type SpanWindow,
} from '@lab/metrics';
import { itemAt, type Evaluation, type Prediction, type QaConfig, type Readout } from '@lab/records';
import type { Handle } from '@lab/engine';
import type { Row } from '../session/rows/rows.ts';
import { byQuestion, windowOf } from '../session/rows/span-rows.ts';
import type { Assessment, Split, Thresholds } from './assessment.ts';
import { ensembleSizes } from './evaluate.ts';
import { readAll, type Outputs, type Reading, type Readings } from './read.ts';

/** Both sides of a window's outputs: the scores of all its tokens as firsts, and as lasts. */
const sides = (row: readonly number[]): readonly [readonly number[], readonly number[]] => [
  row.slice(0, row.length / 2),
  row.slice(row.length / 2),
];

/** Members of an ensemble read as one model, each side by itself. */
const combined = (members: readonly Outputs[], how: 'logits' | 'probabilities', size: number): Outputs => {
  const side = (which: 0 | 1) =>
    ensembleLogits(
      members.slice(0, size).map((outputs) => outputs.map((row) => sides(row)[which])),
      how,
      size,
    );
  const [starts, ends] = [side(0), side(1)];
  return starts.map((start, i) => [...start, ...itemAt(ends, i)]);
};

/** One way of reading, with the outputs of every row. */
interface Way {
  readonly readout: Readout;
  readonly members: number;
  readonly outputs: Outputs;
}

const waysOf = ({ deterministic, meanField, members }: Readings): readonly Way[] => [
  { readout: 'deterministic', members: 1, outputs: deterministic },
  ...(meanField ? [{ readout: 'mean-field', members: 1, outputs: meanField } as const] : []),
  ...(['logits', 'probabilities'] as const).flatMap((how) =>
    ensembleSizes(members.length).map((size): Way => ({
      readout: `ensemble-${how}`,
      members: size,
      outputs: combined(members, how, size),
    })),
  ),
];

const nameOf = ({ readout, members }: Pick<Way, 'readout' | 'members'>): string => `${readout}/${members}`;

/** The loss of a window in nats, as in training: the mean of both sides. */
const lossOfWindow = (row: Row, outputs: readonly number[]): number =>
  sides(outputs).reduce((sum, side, s) => sum - (logSoftmaxRow(side)[itemAt(windowOf(row).span, s)] ?? NaN) / 2, 0);

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** Difference of two scores as a probability, so that thresholds lie in [0, 1]. */
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** A question with what a readout answers. */
interface Answered {
  readonly id: string;
  readonly references: readonly string[];
  readonly answer: string;
  /** Probability of no answer against the best span. */
  readonly none: number;
}

const answered = (
  group: readonly { readonly row: Row; readonly outputs: readonly number[] }[],
  qa: QaConfig,
): Answered => {
  const { example } = itemAt(group, 0).row;
  const windows = group.map(({ row, outputs }): SpanWindow => {
    const [start, end] = sides(outputs);
    return { start, end, offsets: windowOf(row).offsets };
  });
  const { range, score, none }: BestSpan = bestSpan(windows, qa);
  return {
    id: example.id,
    references: example.references ?? [],
    answer: range ? (example.pair ?? '').slice(...range) : '',
    none: sigmoid(none - score),
  };
};

/** Answers with those left out whose probability of no answer passes the threshold. */
const keptBelow = (threshold: number, questions: readonly Answered[]): ReadonlyMap<string, string> =>
  new Map(questions.map(({ id, answer, none }) => [id, none > threshold ? '' : answer]));

/** The threshold of F1 on these questions, and the best scores that any threshold gives. */
const thresholdOf = (questions: readonly Answered[]) =>
  bestThreshold(keptBelow(Infinity, questions), new Map(questions.map(({ id, none }) => [id, none])), questions);

/**
 * Metrics and answers of an extractive split: exact match and F1 by the official rules. Where
 * questions may lack an answer, one is left without an answer above a threshold: the one that
 * validation chose by F1, or the config's.
 */
export const assessSpans = async (reading: Reading, theta: Handle, split: Split): Promise<Assessment> => {
  const { name, rows, thresholds } = split;
  const { qa, task } = reading.session.blueprint;
  const mayLack = task.kind === 'extractive-qa' && task.unanswerable === true;
  const readings = await readAll(reading, theta, split);
  const groups = byQuestion(rows.map((row, i) => ({ row, example: row.example, i })));
  const chosen = new Map<string, number>();
  const texts: { readonly readout: Readout; readonly answers: ReadonlyMap<string, string> }[] = [];
  const evaluations = waysOf(readings).map((way): Evaluation => {
    const questions = groups.map((group) =>
      answered(
        group.map(({ row, i }) => ({ row, outputs: itemAt(way.outputs, i) })),
        qa,
      ),
    );
    const best = mayLack ? thresholdOf(questions) : null;
    const own = qa.noAnswer === 'validation' ? (best?.f1.threshold ?? Infinity) : sigmoid(qa.noAnswer);
    chosen.set(nameOf(way), own);
    const answers = keptBelow(mayLack ? (thresholds?.get(nameOf(way)) ?? own) : Infinity, questions);
    texts.push({ readout: way.readout, answers });
    const { exact, f1, hasAnswer, noAnswer } = squadScores(answers, questions);
    const nll = rows.length === 0 ? null : mean(rows.map((row, i) => lossOfWindow(row, itemAt(way.outputs, i))));
    return {
      split: name,
      readout: way.readout,
      members: way.members,
      examples: questions.length,
      metrics: {
        f1,
        exact,
        nll,
        ...(best
          ? {
              'f1-answerable': hasAnswer.f1,
              'f1-unanswerable': noAnswer.f1,
              'best-f1': best.f1.score,
              'best-exact': best.exact.score,
            }
          : {}),
      },
    };
  });
  return {
    evaluations,
    predictions: predictionsOfSpans(groups, readings.deterministic, texts),
    ...(mayLack ? { thresholds: chosen satisfies Thresholds } : {}),
  };
};

/** What predictions.jsonl keeps of a question: its loss, every readout's answer, the references. */
const predictionsOfSpans = (
  groups: readonly (readonly { readonly row: Row; readonly i: number }[])[],
  deterministic: Outputs,
  texts: readonly { readonly readout: Readout; readonly answers: ReadonlyMap<string, string> }[],
): readonly Prediction[] =>
  groups.map((group) => {
    const { example } = itemAt(group, 0).row;
    const loss = mean(group.map(({ row, i }) => lossOfWindow(row, itemAt(deterministic, i))));
    return {
      id: example.id,
      label: 0,
      deterministic: [Number(loss.toPrecision(7))],
      // Of an ensemble the last is the largest.
      texts: Object.fromEntries(texts.map(({ readout, answers }) => [readout, answers.get(example.id) ?? ''])),
      references: example.references ?? [],
    };
  });
