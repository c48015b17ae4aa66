import { BadInput } from '@lab/records';

/** What the scripts of a submission say. */
export interface SlurmPlan {
  /** Letters, digits, dots and hyphens. */
  readonly name: string;
  /** Absolute folder of scripts and logs, on the file system that all nodes share. */
  readonly folder: string;
  /** Command and arguments of a worker, and of the collecting job. */
  readonly worker: readonly string[];
  readonly collect: readonly string[];
  readonly tasks: number;
  readonly perTask: number;
  readonly atOnce: number;
  readonly cpus: number;
  readonly time: string;
  readonly stopBefore: number;
  /** Further options, without `--`. */
  readonly options: readonly string[];
  /** Most elements of one array. */
  readonly maxArraySize: number;
}

export interface Script {
  readonly file: string;
  readonly text: string;
  readonly tasks: number;
}

/** A word as the shell reads it back unchanged. */
const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

const checkedOption = (option: string): string => {
  if (/^[A-Za-z][A-Za-z0-9-]*(=[^\s'"`$\\;|&<>]*)?$/.test(option)) return option;
  throw new BadInput(
    `--sbatch: ${JSON.stringify(option)} is no option; write name=value without spaces, for example partition=gpu`,
  );
};

const checkedTime = (time: string): string => {
  if (/^(\d+-)?\d{1,2}(:\d{2}){0,2}$/.test(time) || /^\d+$/.test(time)) return time;
  throw new BadInput(`--time: expected minutes, hh:mm:ss or days-hh:mm:ss; got "${time}"`);
};

const head = (plan: SlurmPlan, lines: readonly string[]): readonly string[] => [
  '#!/bin/bash',
  ...[...lines, ...plan.options.map(checkedOption)].map((line) => `#SBATCH --${line}`),
  '',
];

/**
 * One array of workers. Before its time is up Slurm tells the batch shell, which tells the worker;
 * the worker writes its checkpoints and ends with 130, and exactly this element of the array is
 * queued again.
 */
const arrayScript = (plan: SlurmPlan, index: number, first: number, count: number): Script => {
  const { name, folder, tasks, perTask, atOnce, cpus, stopBefore, worker } = plan;
  const lines = head(plan, [
    `job-name=${name}`,
    `array=0-${count - 1}%${atOnce}`,
    'requeue',
    'open-mode=append',
    `signal=B:USR1@${stopBefore}`,
    `time=${checkedTime(plan.time)}`,
    'ntasks=1',
    `cpus-per-task=${cpus}`,
    `output=${folder}/%A_%a.log`,
  ]);
  const command = worker.map(quoted).join(' ');
  const text = [
    ...lines,
    'stopped=0',
    `trap 'stopped=1; kill -TERM "$worker"' USR1 TERM`,
    `${command} --limit ${perTask} --no-wait --share "$((${first} + SLURM_ARRAY_TASK_ID))/${tasks}" &`,
    'worker=$!',
    'wait "$worker"; code=$?',
    '# A signal ends the first wait; the second one has the exit code.',
    'if [ "$stopped" = 1 ]; then wait "$worker"; code=$?; fi',
    'if [ "$code" = 130 ]; then scontrol requeue "${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}"; fi',
    'exit "$code"',
    '',
  ].join('\n');
  return { file: `${folder}/array-${index}.sh`, text, tasks: count };
};

const collectScript = (plan: SlurmPlan): Script => {
  const { name, folder, collect } = plan;
  const lines = head(plan, [
    `job-name=${name}-collect`,
    `time=${checkedTime(plan.time)}`,
    'ntasks=1',
    'cpus-per-task=1',
    `output=${folder}/collect.log`,
  ]);
  return { file: `${folder}/collect.sh`, text: [...lines, collect.map(quoted).join(' '), ''].join('\n'), tasks: 1 };
};

/**
 * The scripts of a submission: arrays of at most `maxArraySize` elements, and the job that runs
 * when all have ended.
 */
export const slurmScripts = (plan: SlurmPlan): { readonly arrays: readonly Script[]; readonly collect: Script } => {
  if (/[\n']/.test(plan.folder))
    throw new BadInput(`--out: a folder with a quote or line break cannot be given to Slurm`);
  const sizes = Array.from({ length: Math.ceil(plan.tasks / plan.maxArraySize) }, (_, i) =>
    Math.min(plan.maxArraySize, plan.tasks - i * plan.maxArraySize),
  );
  return {
    arrays: sizes.map((count, i) => arrayScript(plan, i, i * plan.maxArraySize, count)),
    collect: collectScript(plan),
  };
};
