import type { HostParams, Probe } from '@lab/adapter';
import { fold, permutation, type Key } from '@lab/random';
import type { Allocation } from '@lab/records';
import { readFloats, type Handle } from '@lab/engine';
import { chunks, makeBatch } from '../step/batches.ts';
import { evaluationsOf, readAll, type Reader } from '../read/evaluate.ts';
import type { Row } from '../session/row.ts';
import { flat, named, scalar, vector } from '../step/state.ts';

/** What a search needs of a run. */
export interface SearchArgs {
  readonly reader: Reader;
  readonly rows: readonly Row[];
  /** The task's main metric. */
  readonly metric: string;
  /** Stream of the run's searches. */
  readonly key: Key;
}

/** The questions of a search, asked of the run's programs on its scoring batches. */
const probeOf = ({ reader, rows, metric }: SearchArgs, batches: readonly (readonly number[])[]): Probe => {
  const { blueprint, workshop, programs, weights, batchSize: size, maxTokens } = reader;
  const { layout, task } = blueprint;
  const { engine } = workshop;
  const arraysOf = (indices: readonly number[]) => makeBatch(rows, indices, { size, maxTokens, task }).arrays;
  const read = async (handle: Handle): Promise<HostParams> => named(layout, await readFloats(engine, handle));
  return {
    gradient: async (params) => {
      const theta = vector(flat(layout, params));
      const share = scalar(1 / batches.length);
      let sum = { grad: engine.put(vector(new Float32Array(layout.size))), loss: engine.put(scalar(0)) };
      for (const indices of batches) {
        await reader.pause();
        const next = await programs.search.score.run({ theta, share, ...arraysOf(indices), ...sum, ...weights });
        engine.free(Object.values(sum));
        sum = { grad: next.grad!, loss: next.loss! };
      }
      const grad = await read(sum.grad);
      engine.free(Object.values(sum));
      return grad;
    },
    flow: async (params) => {
      const { labels: _labels, weights: _shares, ...seen } = arraysOf(batches[0]!);
      const theta = vector(flat(layout, params));
      const { grad } = await programs.search.flow.run({ theta, ...seen, ...weights });
      const slopes = await read(grad!);
      engine.free([grad!]);
      return slopes;
    },
    metric: async (params) => {
      const theta = engine.put(vector(flat(layout, params)));
      const scored = batches.flat().map((i) => rows[i]!);
      const readings = await readAll(reader, theta, scored, 0);
      engine.free([theta]);
      const [deterministic] = evaluationsOf(task, 'train', scored, { ...readings, meanField: null });
      return deterministic!.metrics[metric] ?? 0;
    },
  };
};

/**
 * Lets the adapter choose its parts before step `step`, where it is due. Scoring batches are the first of a random order of the training
 * rows. Returns the new theta and what was chosen; null where nothing is due. The caller frees the old theta.
 */
export const searchStep = async (
  args: SearchArgs,
  theta: Handle,
  at: { readonly step: number; readonly steps: number; readonly perEpoch: number },
): Promise<{ readonly theta: Handle; readonly chosen: Allocation } | null> => {
  const { reader, rows } = args;
  const { blueprint, workshop, batchSize } = reader;
  const { search } = blueprint.adapter;
  if (!search?.due(at)) return null;
  const key = fold(args.key, at.step);
  const batches = chunks(permutation(fold(key, 'batches'), rows.length), batchSize).slice(0, search.batches);
  const params = named(blueprint.layout, await readFloats(workshop.engine, theta));
  const { changed, chosen } = await search.choose(probeOf(args, batches), params, key);
  return {
    theta: workshop.engine.put(vector(flat(blueprint.layout, { ...params, ...changed }))),
    chosen: { step: at.step, ...chosen },
  };
};
