import { Command, Option } from 'commander';
import { fingerprintOf } from '@lab/models';
import { BadInput } from '@lab/records';
import { ENGINES } from '@lab/tensor';
import { compare } from './commands/compare.ts';
import { doctor } from './commands/doctor.ts';
import { exportRun } from './commands/export.ts';
import { list } from './commands/list.ts';
import { plan } from './commands/plan.ts';
import { report } from './commands/report.ts';
import { reproduce } from './commands/reproduce.ts';
import { run } from './commands/run.ts';
import { status } from './commands/status.ts';
import { defaultWorkers } from './defaults.ts';

const program = new Command('lab')
  .description(
    'Which dropout, where, how much, how many samples, when a language model is fine-tuned through low-rank adapters?',
  )
  .showHelpAfterError('(lab --help lists the commands)')
  .exitOverride();

const wholeNumber = (name: string, least: number) => (text: string) => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least)
    throw new BadInput(`--${name}: expected a whole number from ${least}; got "${text}"`);
  return value;
};

const out = () => new Option('--out <folder>', 'where runs and reports are kept').default('out');
const scale = () => new Option('--scale <name>', 'how big: smoke, quick, embedded, …').default('quick');
const set = () =>
  new Option('--set <key=value...>', 'overrides for every run, for example train.epochs=3 seed=[0,1]').default([]);
const weights = () =>
  new Option('--weights <folder>', 'folder with the weights of a model that does not come with the package');
const json = () => new Option('--json', 'machine-readable output').default(false);

/** A command that plans experiments: their names, scale and overrides. */
const planning = (name: string, description: string) =>
  program
    .command(name)
    .argument('<experiments...>', 'names of experiments, or all')
    .description(description)
    .addOption(out())
    .addOption(scale())
    .addOption(set())
    .addOption(weights());

/** A command that also trains. */
const training = (command: Command) =>
  command
    .addOption(new Option('--engine <name>', 'where steps run').choices(['auto', ...ENGINES]).default('auto'))
    .addOption(new Option('--provider <name>', 'execution provider of the onnx engine, for example webgpu'))
    .option('--workers <n>', 'worker processes', wholeNumber('workers', 1), defaultWorkers())
    .option('--threads <n>', 'threads of each worker', wholeNumber('threads', 1), 1)
    .option('--data-dir <folder>', 'folder with data sets in their original layout')
    .option('--download', 'allow downloads of data sets and models from the hub, pinned and checked', false);

program.command('doctor').description('engines, threads and files of this machine').addOption(json()).action(doctor);
program
  .command('list')
  .argument('[kind]', 'experiments, methods, datasets, models or adapters', 'experiments')
  .description('what can be named in an experiment')
  .addOption(out())
  .option('--data-dir <folder>', 'folder with data sets in their original layout')
  .addOption(json())
  .action(list);
planning('plan', 'the runs of experiments and what is done').addOption(json()).action(plan);
training(planning('run', 'runs what is not done yet, then reports')).action(run);
planning('status', 'counts of runs by state').addOption(json()).action(status);
planning('report', 'tables, figures and report.html from finished runs')
  .option('--publish', 'also write tables, figures and records to results/', false)
  .option('--watch', 'serve the page on this machine while runs go on', false)
  .action(report);
program
  .command('compare')
  .argument('<a>', 'a report folder, for example out/compare/quick')
  .argument('<b>', 'another one, for example results/compare/quick')
  .description('two report folders of one experiment, paired by labels, data set and seed')
  .action(compare);
training(
  program
    .command('reproduce')
    .description('the main experiments: train, report, and compare with results/')
    .addOption(out())
    .addOption(scale())
    .addOption(set())
    .addOption(weights()),
).action(reproduce);
program
  .command('export')
  .description('the trained weights of a finished run for other programs')
  .requiredOption('--run <id>', 'id of a finished run, as lab plan shows it')
  .addOption(new Option('--format <name>', 'what to write').choices(['peft', 'merged', 'onnx']).makeOptionMandatory())
  .requiredOption('--to <folder>', 'folder to write to')
  .addOption(new Option('--readout <name>', 'merged: deterministic or expected update').choices(['quiet', 'mean-field']))
  .addOption(out())
  .addOption(weights())
  .action(exportRun);

// Two folders of weights are two models: what tells them apart joins every run's config, and so its id.
program.hook('preAction', (_program, command) => {
  const options = command.opts<{ readonly weights?: string; readonly set?: readonly string[] }>();
  if (options.weights !== undefined && options.set)
    command.setOptionValue('set', [...options.set, `model.weights="${fingerprintOf(options.weights)}"`]);
});

// A reader that has seen enough (`| head`) is no failure.
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => process.exit(code === 'EPIPE' ? 0 : 1));

try {
  await program.parseAsync();
} catch (error) {
  const { name, message, code } = error as Error & { code?: string };
  // commander has printed its own help or message already.
  if (name === 'CommanderError')
    process.exitCode =
      code === 'commander.helpDisplayed' || code === 'commander.help' || code === 'commander.version' ? 0 : 2;
  else if (error instanceof BadInput || name === 'BadInput') {
    console.error(message);
    process.exitCode = 2;
  } else {
    console.error(error);
    process.exitCode = 1;
  }
}
