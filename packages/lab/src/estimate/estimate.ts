import { existsSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import type { Sources } from '@lab/datasets';
import { measureSpeed, openBest, sizeOf } from '@lab/engine';
import { models, skeletonOf, type Skeleton } from '@lab/models';
import { BadInput, type RunConfig } from '@lab/records';
import { closestKind, mostRecords, openPace, someFinished, tookOf } from './finished.ts';
import { averageOf } from './average.ts';
import { openSizes } from './rows.ts';
import { workOfRun, type Work } from './work.ts';

/** What the runs that are not done should cost. */
export interface CostEstimate {
  readonly steps: number;
  /** 10^9 floating-point operations of training and of evaluation. */
  readonly trainGflop: number;
  readonly evaluationGflop: number;
  /** Seconds on the workers asked for. */
  readonly seconds: number;
  readonly workers: number;
  /** Whether every model to come has a finished run to go by. */
  readonly byRuns: boolean;
  /** How many finished runs this goes by; without one of a model, by `gflops`. */
  readonly from: number;
  /** Measured rate of matrix products of one thread, in GFLOP/s; null where it was not needed. */
  readonly gflops: number | null;
  /** Seconds on one card of that many TFLOP/s; null unless asked for. */
  readonly card: { readonly tflops: number; readonly seconds: number } | null;
  /** Most memory that one worker should take. */
  readonly memoryMB: number;
  /** Bytes that the runs still to come will leave. */
  readonly bytes: number;
  /** Bytes free where the output folder is, or will be. */
  readonly freeBytes: number;
  /** Data sets that are not at hand; their sizes are the published ones. */
  readonly missing: readonly string[];
  /** Models whose shape is not known without their weights: their runs are not counted. */
  readonly unknown: readonly string[];
}

/** Share of the rate of bare matrix products that a step of a model reaches on a processor. */
const reached = 0.6;
/** The same on a card, at the small batches of fine-tuning. */
const reachedOnCard = 0.35;

/** The nearest folder above (or at) a path that exists. */
const existing = (path: string): string => (existsSync(path) ? path : existing(join(path, '..')));

const probe = async (): Promise<number> => {
  const { engine } = await openBest('auto', { threads: 1 });
  try {
    return await measureSpeed(engine);
  } finally {
    await engine.close();
  }
};

/** Models that come with the package: they are opened, since nothing is missing. */
const embedded = ['use-lite', 'embedded-gpt'];

const openedShape = async (model: RunConfig['model']): Promise<Skeleton> => {
  const opened = await models.build(model, {});
  const weights = Object.values(await opened.weights());
  return { model: opened, parameters: weights.reduce((sum, { shape }) => sum + sizeOf(shape), 0), vocabulary: 0 };
};

const shapeOf = ({ model }: RunConfig, weights?: string): Promise<Skeleton | null> =>
  embedded.includes(model.name) ? openedShape(model) : skeletonOf(model.name, model.lm === true, weights);

/** Whether two configs differ in the seed alone: runs of one arm share what they are made of. */
const sameArm = (a: RunConfig, b: RunConfig): boolean => {
  const parts = new Map<string, unknown>(Object.entries(b));
  return Object.entries(a).every(([part, value]) => part === 'seed' || parts.get(part) === value);
};

/** A finished run whose data are gone teaches nothing. */
const unlessFaulty = (error: unknown): null => {
  if (error instanceof BadInput) return null;
  throw error;
};

/** Where an estimate looks. */
export interface EstimatePlaces {
  readonly out: string;
  readonly sources: Sources;
  readonly weights?: string;
}

/** What is still asked for, added up. */
interface Asked {
  readonly steps: number;
  readonly trainGflop: number;
  readonly evaluationGflop: number;
  readonly memoryMB: number;
  readonly bytes: number;
}

const nothing: Asked = { steps: 0, trainGflop: 0, evaluationGflop: 0, memoryMB: 0, bytes: 0 };
const plus = (asked: Asked, work: Work): Asked => ({
  steps: asked.steps + work.steps,
  trainGflop: asked.trainGflop + work.trainGflop,
  evaluationGflop: asked.evaluationGflop + work.evaluationGflop,
  memoryMB: Math.max(asked.memoryMB, work.memoryMB),
  bytes: asked.bytes + 1e6 * work.diskMB,
});

/** The work of configs: every model and data set is looked at once. */
const openWork = ({ sources, weights }: EstimatePlaces) => {
  const sizes = openSizes(sources);
  const shapes = new Map<string, Promise<Skeleton | null>>();
  const missing = new Set<string>();
  const unknown = new Set<string>();
  let last: { readonly config: RunConfig; readonly work: Work | null } | null = null;
  const measured = async (config: RunConfig): Promise<Work | null> => {
    const name = JSON.stringify(config.model);
    const shape = shapes.get(name) ?? shapeOf(config, weights);
    shapes.set(name, shape);
    const known = await shape;
    const data = await sizes(config);
    if (known === null) unknown.add(config.model.name);
    if (data.missing !== null) missing.add(data.missing);
    return known && workOfRun(config, known, data);
  };
  return {
    missing,
    unknown,
    of: async (config: RunConfig): Promise<Work | null> => {
      if (!last || !sameArm(last.config, config)) last = { config, work: await measured(config) };
      return last.work;
    },
  };
};

/**
 * Gathers, run by run, what a plan still asks for; `estimate` then says what that should cost. Time
 * goes by the pace of finished runs of the same model, adapter and method, else of the same model,
 * else by a rate that is measured in a second.
 */
export const openEstimate = (places: EstimatePlaces) => {
  const { out } = places;
  const works = openWork(places);
  const pace = openPace();
  const waiting = new Map<string, { readonly config: RunConfig; readonly gflop: number }>();
  let asked = nothing;
  let [from, remaining] = [0, 0];

  const learn = async (id: string): Promise<void> => {
    const took = tookOf(out, id);
    const work = took && (await works.of(took.config).catch(unlessFaulty));
    if (!took || !work) return;
    pace.learn(took.config, { ...took, gflop: work.trainGflop + work.evaluationGflop });
    from += 1;
  };
  return {
    add: async (id: string, config: RunConfig, done: boolean): Promise<void> => {
      if (done) {
        if (from < mostRecords && !pace.knows(config)) await learn(id);
        return;
      }
      const work = await works.of(config);
      remaining += 1;
      if (!work) return;
      asked = plus(asked, work);
      const kind = closestKind(config);
      const gflop = (waiting.get(kind)?.gflop ?? 0) + work.trainGflop + work.evaluationGflop;
      waiting.set(kind, { config, gflop });
    },
    estimate: async ({
      workers,
      tflops,
    }: {
      readonly workers: number;
      readonly tflops?: number;
    }): Promise<CostEstimate> => {
      if (from === 0 && remaining > 0) for (const id of someFinished(out)) await learn(id);
      const some = [...waiting.values()].map(({ config, gflop }) => ({ gflop, known: pace.ofModel(config) }));
      const gflops = some.every(({ known }) => known !== null) ? null : await probe();
      const seconds = some.map(({ gflop, known }) => gflop * (known?.seconds ?? 1 / (reached * (gflops ?? 1))));
      const total = asked.trainGflop + asked.evaluationGflop;
      const { bavail, bsize } = statfsSync(existing(out));
      const peaks = some.flatMap(({ known }) => known?.peakMB ?? []);
      const sizes = some.flatMap(({ known }) => known?.bytes ?? []);
      const byRuns = gflops === null;
      return {
        ...asked,
        memoryMB: byRuns && peaks.length > 0 ? Math.max(...peaks) : asked.memoryMB,
        bytes: byRuns ? (averageOf(sizes) ?? 0) * remaining : asked.bytes,
        seconds: seconds.reduce((a, b) => a + b, 0) / workers,
        workers,
        byRuns,
        from,
        gflops,
        card: tflops === undefined ? null : { tflops, seconds: total / (reachedOnCard * 1000 * tflops) },
        freeBytes: bavail * bsize,
        missing: [...works.missing],
        unknown: [...works.unknown],
      };
    },
  };
};
