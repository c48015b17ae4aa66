import { availableParallelism } from 'node:os';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { EngineName } from '@lab/engine';
import { initTasks } from '../init/tasks.ts';

/** Written out, so that `lab --help` need not load any engine. */
const engines = ['gpu', 'onnx', 'tensorflow', 'wasm', 'js'] as const satisfies readonly EngineName[];
/** Says at compile time when an engine is missing above. */
type Unlisted = Exclude<EngineName, (typeof engines)[number]>;
const complete: Unlisted extends never ? readonly string[] : never = engines;

/**
 * One worker of one thread for each core, 16 at most: a worker of the quick scale stays below 1 GB
 * of memory.
 */
export const defaultWorkers = (): number => Math.max(1, Math.min(availableParallelism(), 16));

/** Parses a number within limits. */
const number = (what: string, fits: (value: number) => boolean) => (text: string) => {
  const value = Number(text);
  if (text.trim() === '' || !fits(value)) throw new InvalidArgumentError(`Expected ${what}; got "${text}".`);
  return value;
};
export const wholeNumber = (least: number) =>
  number(`a whole number from ${least}`, (value) => Number.isInteger(value) && value >= least);
const positive = number('a number above 0', (value) => Number.isFinite(value) && value > 0);
/** `3/16`: the fourth of sixteen equal parts. */
const share = (text: string): number => {
  const [part, parts] = /^(\d+)\/(\d+)$/.exec(text)?.slice(1).map(Number) ?? [];
  if (part === undefined || parts === undefined || part >= parts)
    throw new InvalidArgumentError(`Expected part/parts, for example 3/16; got "${text}".`);
  return part / parts;
};

/** The name of a folder: anything but nothing. */
const folder = (text: string): string => {
  if (text.trim() === '') throw new InvalidArgumentError('Expected the name of a folder; got nothing.');
  return text;
};

export const outOption = () =>
  new Option('--out <folder>', 'where runs and reports are kept').argParser(folder).default('out');

/** A list of rising numbers of seeds. */
export const wholeNumbers = (text: string, before: readonly number[] | undefined): readonly number[] => [
  ...(before ?? []),
  wholeNumber(2)(text),
];
/** A part of a whole, 0 to 1. */
export const shareOf = number('a number from 0 to 1', (value) => value >= 0 && value <= 1);

const scaleOption = () => new Option('--scale <name>', 'how big: smoke, quick, embedded, …').default('quick');
export const setOption = () =>
  new Option('--set <key=value...>', 'overrides for every run, for example train.epochs=3 seed=[0,1]').default([]);
const modelOption = () =>
  new Option('--model <name>', 'base model of every run, for example minilm; the report is kept beside the others');
export const weightsOption = () =>
  new Option('--weights <folder>', 'folder with the weights of a model that does not come with the package');
const tunedOption = () =>
  new Option('--tuned', 'every arm at the settings that lab tune chose for this scale').default(false);
export const portOption = () =>
  new Option('--port <n>', 'port of the live page; default: any that is free').argParser(wholeNumber(0));
export const methodsOption = () =>
  new Option('--methods <names...>', 'dropout methods to compare with plain LoRA').default([
    'lora-input',
    'lora-dropout',
    'hiddenkey',
  ]);
export const taskOption = () => new Option('--task <name>', 'what is learnt').choices(initTasks);
export const jsonOption = () => new Option('--json', 'machine-readable output').default(false);

/** What names runs: scale, overrides, output folder, base model and its weights. */
export const plannedCommand = (command: Command): Command =>
  command
    .addOption(outOption())
    .addOption(scaleOption())
    .addOption(setOption())
    .addOption(modelOption())
    .addOption(weightsOption())
    .addOption(tunedOption());

/** The experiments a command works on. */
export const namedCommand = (command: Command): Command =>
  plannedCommand(
    command.argument('<experiments...>', 'names of experiments, all, or paths of study files (.yaml, .json)'),
  );

/** A command that says what runs should cost. */
export const estimatingCommand = (command: Command): Command =>
  command
    .option('--workers <n>', 'worker processes to estimate for', wholeNumber(1), defaultWorkers())
    .option('--data-dir <folder>', 'folder with data sets in their original layout; they are opened and measured')
    .option('--tflops <n>', 'also estimate for a card of that many TFLOP/s', positive);

/** A command that trains. */
export const trainingCommand = (command: Command): Command =>
  command
    .addOption(new Option('--engine <name>', 'where steps run').choices(['auto', ...complete]).default('auto'))
    .addOption(new Option('--provider <name>', 'execution provider of the onnx engine, for example webgpu'))
    .option('--workers <n>', 'worker processes', wholeNumber(1), defaultWorkers())
    .option('--threads <n>', 'threads of each worker', wholeNumber(1), 1)
    .option('--data-dir <folder>', 'folder with data sets in their original layout')
    .option('--download', 'allow downloads of data sets and models from the hub, pinned and checked', false)
    .option('--attempts <n>', 'how often a run may fail before it is left alone', wholeNumber(1), 3)
    .option('--timeout <seconds>', 'longest time for a run; it stops with a checkpoint', positive)
    .option('--memory <MB>', 'most memory for a worker; one that takes more is ended', positive)
    .option('--grace <seconds>', 'time for a worker to stop by itself', positive, 20)
    .option('--no-wait', 'end while other processes are still at work on runs')
    .option('--limit <n>', 'most runs to take', wholeNumber(1))
    .option('--share <part/parts>', 'where in the list to begin, where several runners share it', share);
