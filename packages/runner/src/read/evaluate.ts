import { ensembleLogits, measure, type TaskKind } from '@lab/metrics';
import type { Evaluation, Prediction } from '@lab/records';
import type { Row } from '../session/rows/rows.ts';
import type { Outputs, Readings } from './read.ts';

/** 1, 2, 4, … up to and with M. */
export const ensembleSizes = (members: number): readonly number[] => {
  const powers = Array.from({ length: 9 }, (_, i) => 2 ** i).filter((size) => size < members);
  return members > 0 ? [...powers, members] : [];
};

/** Metrics of every readout and ensemble size. */
export const evaluationsOf = (
  task: TaskKind,
  split: Evaluation['split'],
  rows: readonly Row[],
  { deterministic, meanField, members }: Readings,
): readonly Evaluation[] => {
  const labels = rows.map(({ example }) => example.label);
  const of = (readout: Evaluation['readout'], size: number, outputs: Outputs): Evaluation => ({
    split,
    readout,
    members: size,
    examples: rows.length,
    metrics: measure(task, undefined, outputs, labels),
  });
  const combined = (how: 'logits' | 'probabilities') =>
    ensembleSizes(members.length).map((size) => of(`ensemble-${how}`, size, ensembleLogits(members, how, size)));
  return [
    of('deterministic', 1, deterministic),
    ...(meanField ? [of('mean-field', 1, meanField)] : []),
    ...combined('logits'),
    ...(task.kind === 'classification' ? combined('probabilities') : []),
  ];
};

const digits = (outputs: readonly number[]): readonly number[] => outputs.map((x) => Number(x.toPrecision(7)));

/** What predictions.jsonl keeps, 7 significant digits each. */
export const predictionsOf = (
  rows: readonly Row[],
  { deterministic, meanField, members }: Readings,
): readonly Prediction[] =>
  rows.map(({ example }, i) => {
    const of = (outputs: Outputs) => digits(outputs[i] ?? []);
    return {
      id: example.id,
      label: example.label,
      deterministic: of(deterministic),
      ...(meanField ? { meanField: of(meanField) } : {}),
      ...(members.length > 0 ? { members: members.map(of) } : {}),
    };
  });
