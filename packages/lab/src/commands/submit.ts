import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BadInput, codeOf, readFailure, runFolder, stateOf, writeWhole } from '@lab/records';
import { runsOf } from '@lab/runner';
import { experimentsNamed, isStudyFile, type PlanOptions } from '../compose/plan/experiments.ts';
import { slurmScripts, type Script } from '../compose/train/slurm.ts';
import type { TrainOptions } from '../compose/train/train.ts';

export interface SubmitOptions extends PlanOptions, TrainOptions {
  readonly print: boolean;
  readonly perTask: number;
  readonly atOnce: number;
  readonly time: string;
  readonly stopBefore: number;
  readonly sbatch: readonly string[];
  readonly json: boolean;
}

/** Elements of an array where Slurm cannot be asked: its own default. */
const usualArraySize = 1001;

const slurm = (command: string, ...args: readonly string[]): string => {
  try {
    return execFileSync(command, [...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  } catch (error) {
    const code = codeOf(error);
    const stderr = error instanceof Error && 'stderr' in error ? error.stderr : undefined;
    const why =
      code === 'ENOENT' ? 'there is no such program here; --print shows the scripts' : String(stderr ?? code).trim();
    throw new BadInput(`${command}: ${why}`);
  }
};

const maxArraySize = (): number => {
  const size = /^MaxArraySize\s*=\s*(\d+)/m.exec(slurm('scontrol', 'show', 'config'))?.[1];
  return size === undefined ? usualArraySize : Number(size);
};

/**
 * Command line of this program with what names the runs; paths absolute, since jobs start
 * elsewhere.
 */
const labCommand = (
  verb: string,
  names: readonly string[],
  { out, scale, model, set }: PlanOptions,
): readonly string[] => [
  process.execPath,
  '--import',
  import.meta.resolve('tsx/esm'),
  fileURLToPath(new URL('../main.ts', import.meta.url)),
  verb,
  ...names.map((name) => (isStudyFile(name) ? resolve(name) : name)),
  ...['--out', resolve(out), '--scale', scale],
  ...(model === undefined ? [] : ['--model', model]),
  ...(set.length > 0 ? ['--set', ...set] : []),
];

const workerOptions = (options: SubmitOptions): readonly string[] => {
  const { engine, provider, workers, threads, dataDir, weights, download, attempts, timeout, memory, grace } = options;
  const given = { engine, provider, workers, threads, attempts, timeout, memory, grace };
  const places = { 'data-dir': dataDir, weights };
  return [
    ...Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, String(value)])),
    ...Object.entries(places).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, resolve(value)])),
    ...(download ? ['--download'] : []),
  ];
};

/** How many different runs are still to do. */
const waiting = (names: readonly string[], { out, scale, set, attempts = 3 }: SubmitOptions): number => {
  const ids = new Set<string>();
  for (const experiment of experimentsNamed(names))
    for (const { id } of runsOf(experiment, scale, set)) {
      const state = stateOf(out, id);
      const left = (readFailure(runFolder(out, id))?.attempts ?? 0) < attempts;
      if (state !== 'done' && state !== 'diverged' && left) ids.add(id);
    }
  return ids.size;
};

/** Submits a script and returns the id of its job. */
const submitted = (...args: readonly string[]): string => slurm('sbatch', '--parsable', ...args).replace(/;.*/s, '');

/**
 * Submits arrays one after the other, so that `--at-once` holds for all of them, and the collecting
 * job behind the last.
 */
const submitAll = (arrays: readonly Script[], collect: Script) => {
  const ids: string[] = [];
  for (const { file } of arrays) {
    const after = ids.length > 0 ? [`--dependency=afterany:${ids.at(-1)}`] : [];
    ids.push(submitted(...after, file));
  }
  return { arrays: ids, collect: submitted(`--dependency=afterany:${ids.join(':')}`, collect.file) };
};

/**
 * `lab submit`: writes array scripts whose every task is a `lab worker` on the shared folder,
 * submits them, and a job that collects when all have ended. With --print nothing is written or
 * submitted.
 */
export const submit = (names: readonly string[], options: SubmitOptions): void => {
  const { out, print, perTask, atOnce, workers, threads, time, stopBefore, json } = options;
  const left = waiting(names, options);
  if (left === 0)
    return console.log(
      json
        ? JSON.stringify({ runs: 0, tasks: 0, arrays: [], collect: null, folder: null })
        : 'Every run is done or given up; nothing to submit.',
    );
  const name = `lab-${experimentsNamed(names)
    .map((experiment) => experiment.name)
    .join('-')
    .slice(0, 60)}`;
  // A weights folder is already part of the overrides; given again, it would join them twice.
  const set = options.set.filter((override) => options.weights === undefined || !override.startsWith('model.weights='));
  const { arrays, collect } = slurmScripts({
    name,
    folder: resolve(out, 'slurm', name),
    worker: [...labCommand('worker', names, { ...options, set }), ...workerOptions(options)],
    collect: labCommand('collect', names, options),
    tasks: Math.ceil(left / perTask),
    perTask,
    atOnce,
    cpus: workers * threads,
    time,
    stopBefore,
    options: options.sbatch,
    maxArraySize: print ? usualArraySize : maxArraySize(),
  });
  if (print) return console.log([...arrays, collect].map(({ file, text }) => `# ${file}\n${text}`).join('\n'));
  for (const { file, text } of [...arrays, collect]) writeWhole(file, text);
  const ids = submitAll(arrays, collect);
  const tasks = arrays.reduce((sum, array) => sum + array.tasks, 0);
  if (json)
    return console.log(JSON.stringify({ runs: left, tasks, ...ids, folder: join(out, 'slurm', name) }, null, 2));
  console.log(
    `${left} runs in ${tasks} tasks: ${ids.arrays.map((id) => `array ${id}`).join(', ')}; collect ${ids.collect}`,
  );
  console.log(`Scripts and logs: ${join(out, 'slurm', name)}; lab status shows how far they are.`);
};
