import { Command, CommanderError, Option } from 'commander';
import {
  estimatingCommand,
  jsonOption,
  methodsOption,
  namedCommand,
  outOption,
  portOption,
  plannedCommand,
  setOption,
  taskOption,
  trainingCommand,
  weightsOption,
  shareOf,
  wholeNumber,
  wholeNumbers,
} from './terminal/options.ts';

/** A command's action, loaded when it is called: help and short answers need no engine. */
const lazily =
  <Args extends readonly unknown[]>(load: () => Promise<(...args: Args) => unknown>) =>
  async (...args: Args): Promise<void> => {
    const action = await load();
    await action(...args);
  };

// A full disk behind standard output; a reader that has seen enough (`| head`) is no failure.
process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
  if (code !== 'EPIPE') console.error(`Standard output cannot be written: ${message}`);
  process.exit(code === 'EPIPE' ? 0 : 2);
});

const program = new Command('lab')
  .description(
    'Which dropout, where, how much, how many samples, when a language model is fine-tuned through low-rank adapters?',
  )
  .showHelpAfterError('(lab --help lists the commands)')
  .exitOverride();

program
  .command('doctor')
  .description('engines, threads and files of this machine')
  .addOption(jsonOption())
  .action(lazily(async () => (await import('./commands/doctor.ts')).doctor));
program
  .command('init')
  .argument('<file>', 'your data: csv, tsv, json, jsonl or parquet')
  .description('looks at your data and writes a study of it')
  .option('--text <column>', 'column of the text')
  .option('--pair <column>', 'column of a second text, or of the context of a question; none: there is none')
  .option('--label <column>', 'column of the label, target value, text to write or answer')
  .addOption(taskOption())
  .option('--validation <file>', 'another file for validation; left out: split off')
  .option('--test <file>', 'another file for the test; left out: split off')
  .addOption(methodsOption())
  .option('--model <name>', 'base model, for example minilm')
  .addOption(weightsOption())
  .option('--no-time', 'does not measure how long the next commands take')
  .option('--seeds <n>', 'seeds of the comparison', wholeNumber(1), 6)
  .option('--name <name>', 'name of the study; left out: that of the file')
  .option('--to <path>', 'where the study is written', 'study.yaml')
  .option('--force', 'replaces a study that is there', false)
  .option('--yes', 'takes what the columns suggest and asks nothing', false)
  .addOption(outOption())
  .addOption(jsonOption())
  .action(lazily(async () => (await import('./commands/init.ts')).init));
program
  .command('list')
  .argument('[kind]', 'experiments, methods, datasets, models or adapters', 'experiments')
  .argument('[name]', 'one of them: its options')
  .description('what can be named in an experiment')
  .addOption(outOption())
  .option('--data-dir <folder>', 'folder with data sets in their original layout')
  .addOption(jsonOption())
  .action(lazily(async () => (await import('./commands/list.ts')).list));
estimatingCommand(namedCommand(program.command('plan')))
  .description('the runs of experiments, what is done, and what the rest should cost')
  .addOption(jsonOption())
  .action(lazily(async () => (await import('./commands/plan.ts')).plan));
namedCommand(program.command('register'))
  .description('freezes runs, claims, margins and looks in a file with a checksum, before the runs')
  .option('--looks <seeds...>', 'numbers of seeds at which verdicts may fall, for example 16 32 48', wholeNumbers)
  .addOption(jsonOption())
  .action(lazily(async () => (await import('./commands/register.ts')).register));
trainingCommand(namedCommand(program.command('verify')))
  .description('names what differs from the registered protocol; exit code 1 if anything does')
  .option('--retrain <share>', 'share of the runs that is trained again and compared, 0 to 1', shareOf, 0)
  .addOption(jsonOption())
  .action(lazily(async () => (await import('./commands/verify.ts')).verify));
trainingCommand(namedCommand(program.command('tune')))
  .description('searches the settings of every arm on validation under equal budgets, on seeds of its own')
  .option('--finish', 'trains stopped trials to their end too, and says what halving saved and missed', false)
  .addOption(jsonOption())
  .action(lazily(async () => (await import('./commands/tune.ts')).tune));
trainingCommand(namedCommand(program.command('run')))
  .description('runs what is not done yet, then reports')
  .option('--only <ids...>', 'train only the runs whose ids begin so; a report names the id of every run')
  .option('--watch', 'serve a live page on this machine while runs go on; it stays until Ctrl-C', false)
  .addOption(portOption())
  .addOption(jsonOption())
  .action(lazily(async () => (await import('./commands/run.ts')).run));
namedCommand(program.command('power'))
  .description('from finished runs as pilots: seeds and test sentences that every claim needs')
  .option('--seeds <n>', 'seeds that the test sentences are planned for (default: those of the scale)', wholeNumber(6))
  .addOption(jsonOption())
  .action(lazily(async () => (await import('./commands/power.ts')).power));
namedCommand(program.command('status'))
  .description('runs by state, and how far the running ones are')
  .option('--watch', 'a live table, until nothing is left to do', false)
  .addOption(jsonOption())
  .action(lazily(async () => (await import('./commands/status.ts')).status));
trainingCommand(namedCommand(program.command('resume')))
  .description('goes on with runs that were begun and stopped, and begins nothing new')
  .addOption(jsonOption())
  .action(lazily(async () => (await import('./commands/again.ts')).resume));
trainingCommand(namedCommand(program.command('retry')))
  .description('tries failed runs again, whatever their number of attempts')
  .addOption(jsonOption())
  .action(lazily(async () => (await import('./commands/again.ts')).retry));
trainingCommand(namedCommand(program.command('worker')))
  .description('joins a folder: takes runs that nobody works on until none is left; no report')
  .addOption(jsonOption())
  .action(lazily(async () => (await import('./commands/again.ts')).worker));
namedCommand(program.command('collect'))
  .description('after workers have ended: compares checksums, counts, reports')
  .addOption(jsonOption())
  .action(lazily(async () => (await import('./commands/collect.ts')).collect));
trainingCommand(namedCommand(program.command('submit')))
  .description('hands the work to a cluster: an array of workers on the shared folder, then collect')
  .addOption(new Option('--scheduler <name>', 'which scheduler').choices(['slurm']).default('slurm'))
  .option('--print', 'only print what would be submitted', false)
  .option('--per-task <n>', 'runs that one task of the array takes', wholeNumber(1), 8)
  .option('--at-once <n>', 'tasks that may run at the same time', wholeNumber(1), 16)
  .option('--time <hh:mm:ss>', 'time limit of a task', '01:00:00')
  .option('--stop-before <seconds>', 'how long before the limit a task is told to stop', wholeNumber(1), 120)
  .option('--sbatch <line...>', 'more options for every job, for example --sbatch partition=gpu gres=gpu:1', [])
  .addOption(jsonOption())
  .action(lazily(async () => (await import('./commands/submit.ts')).submit));
namedCommand(program.command('report'))
  .description('tables, figures and report.html from finished runs')
  .option('--data-dir <folder>', 'folder with data sets in their original layout, for the texts of examples')
  .option('--publish', 'also write tables, figures and records to results/', false)
  .option('--watch', 'serve a live page and the report on this machine while runs go on', false)
  .addOption(portOption())
  .addOption(jsonOption())
  .action(lazily(async () => (await import('./commands/report.ts')).report));
program
  .command('compare')
  .argument('<a>', 'a report folder, for example out/compare/quick')
  .argument('<b>', 'another one, for example results/compare/quick')
  .description('two report folders of one experiment, paired by labels, data set and seed')
  .addOption(jsonOption())
  .action(lazily(async () => (await import('./commands/compare.ts')).compare));
trainingCommand(plannedCommand(program.command('reproduce')))
  .description('the main experiments: train, report, and compare with results/')
  .addOption(jsonOption())
  .action(lazily(async () => (await import('./commands/reproduce.ts')).reproduce));
trainingCommand(program.command('theory').addOption(outOption()))
  .description('every statement of the papers that can be computed: predicted, measured, held or not')
  .option('--to <folder>', 'where the tables and figures go', 'out/theory')
  .option('--seed <n>', 'key of every draw', wholeNumber(0), 0)
  .option('--only <names...>', 'some of the checks, as the table names them')
  .addOption(jsonOption())
  .action(lazily(async () => (await import('./commands/theory.ts')).theory));
program
  .command('export')
  .description('a finished run for other programs: its trained weights, or records as tables')
  .option('--run <id>', 'id of a finished run, as lab plan shows it; table: all, where it is left out')
  .addOption(
    new Option('--format <name>', 'what to write')
      .choices(['peft', 'lora', 'merged', 'onnx', 'table'])
      .makeOptionMandatory(),
  )
  .requiredOption('--to <folder>', 'folder to write to')
  .option('--report <folder>', 'table: the runs of a report folder, with the labels of their arms')
  .option('--examples', 'table: outputs by test example too', false)
  .addOption(
    new Option(
      '--readout <name>',
      'merged, onnx: deterministic pass or expected update; default: as the run is tested',
    ).choices(['deterministic', 'mean-field']),
  )
  .option('--estimate', 'merged: by an estimate where no matrix is exact (reslora), with its error', false)
  .option('--data-dir <folder>', '--estimate: folder with data sets in their original layout')
  .option('--batch <n>', 'onnx: texts (or pairs) of a batch', wholeNumber(1), 1)
  .option('--tokens <n>', 'onnx: tokens of a row; default: train.maxTokens of the run', wholeNumber(1))
  .addOption(outOption())
  .addOption(weightsOption())
  .action(lazily(async () => (await import('./commands/export.ts')).exportRun));
trainingCommand(program.command('import').argument('<folder>', 'as save_pretrained of PEFT has written it'))
  .description('an adapter of PEFT as a finished run: tested, and ready to be exported or trained on')
  .requiredOption('--model <name>', 'base model that it was trained on')
  .requiredOption(
    '--dataset <name>',
    'data set that it is tested on; the order of the classes must be that of its head',
  )
  .addOption(outOption())
  .addOption(setOption())
  .addOption(weightsOption())
  .addOption(jsonOption())
  .action(lazily(async () => (await import('./commands/import.ts')).importAdapter));
program
  .command('clean')
  .description('shows what interrupted and damaged runs left behind, and removes it')
  .addOption(outOption())
  .option('--yes', 'remove it', false)
  .addOption(jsonOption())
  .action(lazily(async () => (await import('./commands/clean.ts')).clean));
program
  .command('schema')
  .description('the JSON schema of experiment files, for editors')
  .option('--write', 'write it to experiments/schema.json', false)
  .action(lazily(async () => (await import('./commands/schema.ts')).schema));

// The model and its weights join every run's config, and so its id: two folders of weights are two
// models. A model's report lies beside those of the scale's own.
program.hook('preAction', async (_program, command) => {
  const { model, weights, set, out } = command.opts<{
    model?: string;
    weights?: string;
    set?: readonly string[];
    out: string;
  }>();
  if (!set) return;
  const { modelOverride, weightsOverride } = await import('./compose/plan/weights.ts');
  const overrides = [...(model === undefined ? [] : [modelOverride(model)]), ...set];
  command.setOptionValue('set', [
    ...overrides,
    ...(weights === undefined ? [] : [weightsOverride(weights, `${out}/cache/models`)]),
  ]);
});

try {
  await program.parseAsync();
} catch (error) {
  // commander has printed its own help or message already.
  if (error instanceof CommanderError)
    process.exitCode = ['commander.helpDisplayed', 'commander.help', 'commander.version'].includes(error.code) ? 0 : 2;
  else if (error instanceof Error && error.name === 'BadInput') {
    console.error(error.message);
    process.exitCode = 2;
  } else {
    console.error(error);
    process.exitCode = 1;
  }
}
