import { isDone, readCurveSoFar, readProgress, readRecord, stateOf, type RunState } from '@lab/records';
import { liveArms, type Cell, type LiveRun, type LiveState } from '@lab/report';
import type { ExperimentRun } from '@lab/runner';
import { labelText } from '../plan/experiments.ts';

/** Share of a run that its final evaluation stands for. */
const finalShare = 0.2;

/** Most points of a curve that are kept; then every second one goes. */
const mostPoints = 300;

/** A share of everything that is done, and when that was seen. */
interface Seen {
  readonly at: number;
  readonly share: number;
}

/** What is remembered of a running run between looks. */
interface Followed {
  /** When it was first seen at a step. */
  readonly first: { readonly at: number; readonly step: number };
  readonly losses: readonly (readonly [number, number])[];
}

const moving: readonly RunState[] = ['running', 'planned', 'interrupted', 'cancelled'];
const settled: readonly RunState[] = ['done', 'diverged'];

/** Seconds left at the pace since a run or sweep was first seen; null before it has moved. */
const atPace = (elapsed: number, moved: number, left: number): number | null =>
  moved <= 0 || elapsed <= 0 ? null : (elapsed * left) / moved;

const thinOut = <T>(points: readonly T[]): readonly T[] =>
  points.length > mostPoints ? points.filter((_, i) => i % 2 === 0) : points;

/** Held-out NLL by step, as far as the run has saved it; empty while that is being written. */
const heldOutOf = (out: string, id: string): LiveRun['heldOut'] => {
  try {
    return readCurveSoFar(out, id).flatMap(({ step, evaluations }) => {
      const nll = evaluations.find(({ split }) => split !== 'train')?.metrics.nll;
      return typeof nll === 'number' ? [[step, nll] as const] : [];
    });
  } catch {
    return [];
  }
};

/** The run as it stands now, and what to remember of it. */
const lookAt = (
  out: string,
  run: ExperimentRun,
  before: Followed | undefined,
  now: number,
): { readonly live: LiveRun; readonly followed: Followed | undefined } => {
  const name = labelText(run);
  const note = readProgress(out, run.id);
  const heldOut = heldOutOf(out, run.id);
  if (!note) {
    const nothing = { share: 0, step: null, steps: null, loss: null, secondsLeft: null, losses: [], heldOut };
    return { live: { id: run.id, name, phase: 'starting', ...nothing }, followed: before };
  }
  const { phase, step, steps, loss } = note;
  const first = before && before.first.step <= step ? before.first : { at: now, step };
  const known = before?.losses ?? [];
  const isNew = loss !== null && known.at(-1)?.[0] !== step;
  const losses = isNew ? thinOut([...known, [step, loss] as const]) : known;
  const share = phase === 'evaluate' || steps === 0 ? 1 - finalShare / 2 : (step / steps) * (1 - finalShare);
  const secondsLeft = atPace(now - first.at, step - first.step, steps - step);
  return {
    live: { id: run.id, name, phase, share, step, steps, loss, secondsLeft, losses, heldOut },
    followed: { first, losses },
  };
};

/**
 * Follows runs on disk, whoever is at work on them: every call looks again. Finished runs are read
 * once. `now` gives seconds.
 */
export const openWatch = (
  title: string,
  planned: readonly ExperimentRun[],
  out: string,
  now: () => number = () => performance.now() / 1000,
): (() => LiveState) => {
  const runs = [...new Map(planned.map((run) => [run.id, run])).values()];
  const cells = new Map<string, Cell>();
  const followed = new Map<string, Followed>();
  let first: Seen | null = null;
  const settle = ({ id, labels }: ExperimentRun): void => {
    const record = readRecord(out, id);
    if (record) cells.set(id, { record, labels, predictions: [], curve: [] });
    followed.delete(id);
  };
  return () => {
    const at = now();
    const running: LiveRun[] = [];
    let [failed, left] = [0, 0];
    for (const run of runs) {
      if (cells.has(run.id)) continue;
      const state = stateOf(out, run.id);
      if (settled.includes(state) && isDone(out, run.id)) settle(run);
      else if (moving.includes(state)) left += 1;
      else failed += 1;
      if (state !== 'running') continue;
      const { live, followed: kept } = lookAt(out, run, followed.get(run.id), at);
      running.push(live);
      if (kept) followed.set(run.id, kept);
    }
    const part = running.reduce((sum, { share }) => sum + share, 0);
    const share = runs.length === 0 ? 1 : (cells.size + failed + part) / runs.length;
    first ??= { at, share };
    const { metric, arms } = liveArms(
      runs.map(({ labels, config }) => ({ labels, method: config.dropout.name })),
      [...cells.values()],
    );
    return {
      title,
      runs: runs.length,
      done: cells.size,
      failed,
      share,
      secondsLeft: atPace(at - first.at, share - first.share, 1 - share),
      isOver: left === 0,
      running,
      metric,
      arms,
    };
  };
};
