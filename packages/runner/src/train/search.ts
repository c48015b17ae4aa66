import type { HostParams, ModuleSearch, Probe } from '@lab/adapter';
import { fold, permutation, type Key } from '@lab/random';
import type { Allocation } from '@lab/records';
import { floats, scalar, type Handle, type OutputsOf } from '@lab/engine';
import { evaluationsOf } from '../read/evaluate.ts';
import { readAll, type Reading } from '../read/read.ts';
import { chunks, rowAt, type Row } from '../session/rows/rows.ts';
import type { Slope } from '../step/objective.ts';
import type { Span } from './curve.ts';
import type { TrainingPlace } from './place.ts';

/** What a search needs of a run. */
export interface SearchArgs {
  readonly reading: Reading;
  readonly rows: readonly Row[];
  /** The task's main metric. */
  readonly metric: string;
  /** Stream of the run's searches. */
  readonly key: Key;
  readonly span: Span;
}

/** The questions of a search, asked of the run's session on its scoring batches. */
const probeOf = ({ reading, rows, metric }: SearchArgs, batches: readonly (readonly number[])[]): Probe => {
  const { session, pause } = reading;
  const { engine, blueprint } = session;
  const noMasks = { first: {}, second: {} };
  const withTheta = async <T>(params: HostParams, use: (theta: Handle) => Promise<T>): Promise<T> => {
    const theta = session.theta(params);
    try {
      return await use(theta);
    } finally {
      engine.free([theta]);
    }
  };
  /** A gradient by name. */
  const taken = async (grad: Handle): Promise<HostParams> => {
    const params = await session.params(grad);
    engine.free([grad]);
    return params;
  };
  return {
    gradient: (params) =>
      withTheta(params, async (theta) => {
        const share = scalar(1 / batches.length);
        const zeros = floats(new Float32Array(blueprint.layout.size));
        let sum: OutputsOf<Slope> = { grad: engine.put(zeros), loss: engine.put(scalar(0)) };
        for (const indices of batches) {
          await pause();
          const batch = session.batch(rows, indices).arrays;
          const next = await session.search.score({ theta, share, batch, masks: noMasks, sum });
          engine.free(sum);
          sum = next;
        }
        engine.free([sum.loss]);
        return taken(sum.grad);
      }),
    flow: (params) =>
      withTheta(params, async (theta) => {
        const batch = session.batch(rows, batches[0] ?? []).arrays;
        return taken((await session.search.flow({ theta, batch })).grad);
      }),
    metric: (params) =>
      withTheta(params, async (theta) => {
        const scored = batches.flat().map((i) => rowAt(rows, i));
        const readings = await readAll(reading, theta, { rows: scored, members: 0 });
        const [deterministic] = evaluationsOf(blueprint.task, 'train', scored, { ...readings, meanField: null });
        return deterministic?.metrics[metric] ?? 0;
      }),
  };
};

/**
 * Indices of the rows that a search scores on, a list for each batch: the first rows in their own
 * order, or of an order drawn anew from the step's key, as the search asks.
 */
export const scoringBatches = (
  { scoring, batches }: Pick<ModuleSearch, 'scoring' | 'batches'>,
  { rows, batchSize, key }: { readonly rows: number; readonly batchSize: number; readonly key: Key },
): readonly (readonly number[])[] => {
  const order =
    scoring === 'first' ? Array.from({ length: rows }, (_, i) => i) : permutation(fold(key, 'batches'), rows);
  return chunks(order, batchSize).slice(0, batches);
};

/**
 * Lets the adapter choose its parts before the next step, where it is due; null where nothing is.
 * The old theta is freed.
 */
export const searched = async (
  args: SearchArgs,
  place: TrainingPlace,
): Promise<{ readonly place: TrainingPlace; readonly allocation: Allocation } | null> => {
  const { reading, rows, span } = args;
  const { session } = reading;
  const { search } = session.blueprint.adapter;
  const { step } = place.cursor;
  if (!search?.due({ step, ...span })) return null;
  const key = fold(args.key, step);
  const batches = scoringBatches(search, { rows: rows.length, batchSize: session.batchSize, key });
  const params = await session.params(place.state.theta);
  const { changed, chosen } = await search.choose(probeOf(args, batches), params, key);
  const theta = session.theta({ ...params, ...changed });
  session.engine.free([place.state.theta]);
  const allocation = { step, ...chosen };
  const cursor = { ...place.cursor, allocations: [...(place.cursor.allocations ?? []), allocation] };
  return { place: { ...place, state: { ...place.state, theta }, cursor }, allocation };
};
