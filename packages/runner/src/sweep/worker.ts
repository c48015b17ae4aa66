import { concernsOnly, LeaseLost, messageOf, runFolder } from '@lab/records';
import { openBest, type EngineName } from '@lab/engine';
import type { PlannedRun } from '../plan/config.ts';
import { openPreparer, type Places } from '../session/prepare.ts';
import type { Ended } from '../run/outcome.ts';
import { runOne } from '../run/run.ts';
import { surroundingsOf } from '../run/surroundings.ts';
import { Cancelled, type Progress } from '../train/progress.ts';
import { openWorkshop } from '../session/workshop.ts';

/** What a worker process is told once. */
export interface WorkerSetup {
  readonly out: string;
  readonly places: Places;
  readonly engine: 'auto' | EngineName;
  readonly threads: number;
  readonly provider?: string;
  /** Seconds after which a run is stopped with a checkpoint. */
  readonly timeout?: number;
  /** Epoch after which every run pauses with a checkpoint. */
  readonly untilEpoch?: number;
}

/** Messages from parent to worker, and back. */
export type ToWorker =
  | { readonly type: 'setup'; readonly setup: WorkerSetup }
  | { readonly type: 'run'; readonly run: PlannedRun; readonly dead: number }
  | { readonly type: 'stop' }
  /** Write a checkpoint and end, in the middle of a run too. */
  | { readonly type: 'halt' };
export type FromWorker =
  | { readonly type: 'ready'; readonly engine: string; readonly reason: string }
  | { readonly type: 'progress'; readonly id: string; readonly progress: Progress }
  | { readonly type: 'ended'; readonly id: string; readonly ended: Ended }
  | { readonly type: 'cancelled'; readonly id: string }
  | { readonly type: 'failed'; readonly id: string | null; readonly message: string; readonly mend: boolean };

/** Milliseconds between progress messages. */
const interval = 200;

/** Serves runs to one parent process over its IPC channel, one at a time, until told to stop. */
export const serve = (): void => {
  const stop = new AbortController();
  // A parent that was killed hears nothing any more.
  const send = (message: FromWorker) => process.connected && process.send?.(message);
  const halt = () => stop.abort();
  // Ctrl-C reaches the whole process group; the parent decides and says so, by SIGTERM where there
  // is one and by a message everywhere.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', halt);
  process.on('disconnect', halt);

  let handle: ((run: PlannedRun, dead: number) => Promise<Ended>) | null = null;
  let folderOf: (id: string) => string = (id) => id;
  const setUp = async ({ out, places, engine: choice, threads, provider, timeout, untilEpoch }: WorkerSetup) => {
    const { engine, reason } = await openBest(choice, { threads, ...(provider === undefined ? {} : { provider }) });
    const workshop = openWorkshop(engine);
    folderOf = (id) => runFolder(out, id);
    const preparer = openPreparer({ ...places, runs: out });
    const surroundings = surroundingsOf(engine.description, threads);
    handle = (run, dead) => {
      let last = 0;
      const onProgress = (progress: Progress) => {
        const now = performance.now();
        if (!progress.chosen && now - last < interval && progress.step < progress.steps) return;
        last = now;
        send({ type: 'progress', id: run.id, progress });
      };
      const limits = {
        ...(timeout === undefined ? {} : { timeout }),
        ...(untilEpoch === undefined ? {} : { untilEpoch }),
      };
      return runOne(run, { out, preparer, workshop, surroundings, onProgress, signal: stop.signal, dead, ...limits });
    };
    send({ type: 'ready', engine: engine.description, reason });
  };

  process.on('message', (message: ToWorker) => {
    void (async () => {
      try {
        if (message.type === 'setup') return await setUp(message.setup);
        if (message.type === 'stop') return process.disconnect();
        if (message.type === 'halt') return halt();
        send({ type: 'ended', id: message.run.id, ended: await handle!(message.run, message.dead) });
      } catch (error) {
        const id = message.type === 'run' ? message.run.id : null;
        if (id !== null && error instanceof Cancelled) return send({ type: 'cancelled', id });
        if (id !== null && error instanceof LeaseLost)
          return send({ type: 'ended', id, ended: { outcome: 'held-elsewhere', resumed: 0, setAside: null } });
        // Of another copy of the class: a BadInput by its name.
        const sentence = error instanceof Error && error.name === 'BadInput';
        // A refusal that concerns this run's folder alone leaves the other runs alone.
        const mend = sentence && !(id !== null && concernsOnly(folderOf(id), error));
        send({
          type: 'failed',
          id,
          message: !sentence && error instanceof Error && error.stack !== undefined ? error.stack : messageOf(error),
          mend,
        });
      }
    })();
  });
};

serve();
