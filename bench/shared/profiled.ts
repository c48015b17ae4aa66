import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onnxEngine } from '@lab/engine/internals';
import type { LaneKind } from './steps.ts';
import { stepsOf } from './steps.ts';
import type { Workload } from './workloads.ts';

/** One operator of a compiled program, with the least time that it took in any run. */
export type Timed = { readonly op: string; readonly microseconds: number };

type ProfileEvent = {
  readonly cat: string;
  readonly name: string;
  readonly dur: number;
  readonly args: { readonly op_name?: string };
};
type Options = Omit<NonNullable<Parameters<typeof onnxEngine>[0]>, 'threads' | 'profile'>;

/**
 * ONNX Runtime's own profile of a step or an evaluation batch at one thread. Every operator counts
 * with the least of its times, so that programs beside it disturb little.
 */
export const profiled = async (
  workload: Workload,
  kind: LaneKind,
  runs: number,
  options: Options = {},
): Promise<readonly Timed[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'profile-'));
  const steps = await stepsOf(await onnxEngine({ ...options, threads: 1, profile: join(folder, 'step') }), workload);
  for (let i = 0; i < runs; i++) await steps[kind]();
  await steps.close();
  const [file] = readdirSync(folder);
  const events = JSON.parse(readFileSync(join(folder, file!), 'utf8')) as readonly ProfileEvent[];
  rmSync(folder, { recursive: true });

  const least = new Map<string, Timed>();
  for (const { cat, name, dur, args } of events) {
    if (cat !== 'Node' || args.op_name === undefined || !name.endsWith('_kernel_time')) continue;
    least.set(name, { op: args.op_name, microseconds: Math.min(dur, least.get(name)?.microseconds ?? Infinity) });
  }
  return [...least.values()];
};

/** Milliseconds of some operators together. */
export const millisecondsOf = (operators: readonly Timed[]): number =>
  operators.reduce((sum, { microseconds }) => sum + microseconds, 0) / 1000;
