import { fork, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { workerEnvironment } from '@lab/engine';
import type { LaneKind } from '../shared/steps.ts';
import type { WorkloadShape } from '../shared/workloads.ts';

export type ToChild = { readonly kind: LaneKind; readonly times: number };
export type FromChild =
  | { readonly ready: string; readonly parameters: number }
  | { readonly milliseconds: readonly number[]; readonly peakMB: number }
  | { readonly error: string };

/** A process that runs one workload when it is its turn. */
export type Lane = {
  readonly name: string;
  readonly threads: number;
  readonly description: string;
  readonly parameters: number;
  /** Milliseconds of each repetition. Rejects when it takes longer than `limit` seconds in all. */
  readonly turn: (kind: LaneKind, times: number, limit?: number) => Promise<readonly number[]>;
  readonly peakMB: () => number;
  readonly stop: () => void;
};

type Wire = { readonly post: (message: ToChild) => void; readonly end: () => void };

/**
 * Opens a lane over a wire; `connect` is given what to do with each message. Rejects with the
 * reason when the process cannot serve.
 */
const open = async (
  name: string,
  threads: number,
  connect: (receive: (message: FromChild) => void) => Wire,
): Promise<Lane> => {
  let settle: { resolve: (message: FromChild) => void; reject: (error: Error) => void } | undefined;
  let peak = 0;
  const next = (limit: number): Promise<FromChild> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`took longer than ${limit} s`)), limit * 1000);
      const done =
        <T>(end: (value: T) => void) =>
        (value: T) => {
          clearTimeout(timer);
          end(value);
        };
      settle = { resolve: done(resolve), reject: done(reject) };
    });
  const wire = connect((message) =>
    'error' in message ? settle?.reject(new Error(message.error)) : settle?.resolve(message),
  );
  try {
    const first = await next(300);
    if (!('ready' in first)) throw new Error('it answered before it was asked');
    const turn: Lane['turn'] = async (kind, times, limit = 600) => {
      const answer = next(limit);
      wire.post({ kind, times });
      const message = await answer;
      if (!('milliseconds' in message)) throw new Error('it answered something else');
      peak = message.peakMB;
      return message.milliseconds;
    };
    return {
      name,
      threads,
      description: first.ready,
      parameters: first.parameters,
      turn,
      peakMB: () => peak,
      stop: wire.end,
    };
  } catch (error) {
    wire.end();
    throw error;
  }
};

/** An engine of this repository. */
export const engineLane = (workload: string, engine: string, threads: number): Promise<Lane> =>
  open(engine, threads, (receive) => {
    const child = fork(fileURLToPath(new URL('./child.ts', import.meta.url)), [workload, engine, String(threads)], {
      execArgv: ['--import', import.meta.resolve('tsx')],
      env: { ...process.env, ...workerEnvironment },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    // Errors come as messages, and TensorFlow greets on stderr: shown only when the process ends
    // unasked.
    let complaint = '';
    child.stderr!.on('data', (text: Buffer) => (complaint = `${complaint}${String(text)}`.slice(-2000)));
    child.on('message', (message: FromChild) => receive(message));
    child.on('exit', (code) => receive({ error: `its process ended with ${code}: ${complaint.trim()}` }));
    return { post: (message) => child.send(message), end: () => child.kill('SIGKILL') };
  });

/** A peer as it is run: in which precision its products are, and whether it is compiled. */
export interface PeerWay {
  readonly peer: 'by_hand' | 'with_peft';
  readonly precision: 'float32' | 'bfloat16';
  readonly how: 'eager' | 'compiled';
}

/** Every way of running a peer: the best of them is what a figure is compared with. */
export const PEER_WAYS: readonly PeerWay[] = (['by_hand', 'with_peft'] as const).flatMap((peer) =>
  (['float32', 'bfloat16'] as const).flatMap((precision) =>
    (['eager', 'compiled'] as const).map((how) => ({ peer, precision, how })),
  ),
);

const PEER_NAMES = { by_hand: 'PyTorch by hand', with_peft: 'transformers + peft' } as const;
export const peerName = ({ peer, precision, how }: PeerWay): string => `${PEER_NAMES[peer]}, ${precision}, ${how}`;

/** A peer in Python: JSON lines in and out. */
export const peerLane = (python: string, way: PeerWay, shape: WorkloadShape, threads: number): Promise<Lane> =>
  open(peerName(way), threads, (receive) => {
    const script = fileURLToPath(new URL(`../peer/${way.peer}.py`, import.meta.url));
    const args = [JSON.stringify(shape), String(threads), way.precision, way.how];
    const child = spawn(python, ['-W', 'ignore', script, ...args], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, HF_HUB_OFFLINE: '1', TRANSFORMERS_VERBOSITY: 'error' },
    });
    createInterface(child.stdout).on('line', (line) => receive(JSON.parse(line) as FromChild));
    child.on('error', (error) => receive({ error: error.message }));
    child.on('exit', (code) => receive({ error: `its process ended with ${code}` }));
    return { post: (message) => child.stdin.write(`${JSON.stringify(message)}\n`), end: () => child.kill('SIGKILL') };
  });
