import { noNoise } from '@lab/adapter';
import type { TaskKind } from '@lab/metrics';
import { ensembleLogits, measure } from '@lab/metrics';
import { meanFieldScale } from '@lab/dropout';
import type { Key } from '@lab/random';
import type { Evaluation, Prediction } from '@lab/records';
import type { Handle } from '@lab/engine';
import { chunks, evaluationOrder, makeBatch } from '../step/batches.ts';
import { testNoise, type Pass } from '../step/programs.ts';
import type { Blueprint } from '../session/blueprint.ts';
import { memberMasks } from '../step/masks.ts';
import type { Row } from '../session/row.ts';
import type { Programs, Workshop } from '../session/workshop.ts';

type Outputs = readonly (readonly number[])[];

/** Raw outputs of a set of examples, in the order of `rows`. */
export interface Readings {
  readonly deterministic: Outputs;
  readonly meanField: Outputs | null;
  /** By member, in drawing order. */
  readonly members: readonly Outputs[];
}

export interface Reader {
  readonly workshop: Workshop;
  readonly programs: Programs;
  readonly blueprint: Blueprint;
  readonly weights: { readonly [name: string]: Handle };
  readonly batchSize: number;
  readonly maxTokens: number;
  /** Stream of the evaluation masks. */
  readonly key: Key;
  /** Called before every batch: lets heartbeats and signals have their turn, and throws where the run is to stop. */
  readonly pause: () => Promise<void>;
}

const read = async (reader: Reader, theta: Handle, rows: readonly Row[], pass: Pass, member = 0): Promise<Outputs> => {
  const { workshop, programs, blueprint, weights, batchSize, maxTokens, key } = reader;
  const outputs: number[][] = Array.from({ length: rows.length });
  for (const [index, indices] of chunks(evaluationOrder(rows), batchSize).entries()) {
    await reader.pause();
    const batch = makeBatch(rows, indices, { size: batchSize, maxTokens, task: blueprint.task });
    const masks = pass === 'member' ? memberMasks(blueprint, testNoise(blueprint), batch, { key, member, index }) : {};
    const { labels, weights: shares, ...seen } = batch.arrays;
    const result = await programs.predict[pass].run({ theta, ...seen, ...masks, ...weights });
    const { data, shape } = await workshop.engine.get(result.outputs!);
    workshop.engine.free(Object.values(result));
    const width = shape[1]!;
    indices.forEach((row, b) => {
      outputs[row] = Array.from(data.subarray(b * width, (b + 1) * width));
    });
  }
  return outputs;
};

/** Reads the trained weights every way that is asked for. `members` = 0 leaves the ensemble out. */
export const readAll = async (
  reader: Reader,
  theta: Handle,
  rows: readonly Row[],
  members: number,
): Promise<Readings> => {
  const deterministic = await read(reader, theta, rows, 'deterministic');
  const { method, model } = reader.blueprint;
  const scale = meanFieldScale(method.noise, model.layers);
  // Where the expected update is the whole one, the deterministic pass has it already.
  const meanField =
    scale === undefined ? null : scale === noNoise ? deterministic : await read(reader, theta, rows, 'mean-field');
  const drawn: Outputs[] = [];
  for (let m = 0; m < members; m++) drawn.push(await read(reader, theta, rows, 'member', m));
  return { deterministic, meanField, members: drawn };
};

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
  rows.map(({ example }, i) => ({
    id: example.id,
    label: example.label,
    deterministic: digits(deterministic[i]!),
    ...(meanField ? { meanField: digits(meanField[i]!) } : {}),
    ...(members.length > 0 ? { members: members.map((outputs) => digits(outputs[i]!)) } : {}),
  }));
