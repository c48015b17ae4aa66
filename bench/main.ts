/**
 * Times training steps and evaluation batches of the engines and of PyTorch in turns, and whole
 * epochs on real rows from the start of a process to its record.
 *
 *   npm run bench -- [--peer] [--python .cache/peer] [--weights .cache/models/minilm]
 *   [--data-dir <GLUE>] [--workloads use-lite,small | none] [--engines onnx] [--threads 2]
 *   [--rounds 6] [--epochs imdb,cola,sst2,rte | none] [--rows 384] [--write] [--compare]
 *
 * --write puts what is printed between the marks of bench/README.md and keeps the times in
 * bench/history. --compare says what has changed since they were kept, beyond noise.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { ENGINES } from '@lab/engine';
import { EPOCH_DATA, epochRows, type EpochData, type EpochRow } from './lanes/epochs.ts';
import { changesBetween, historyOf, keepEntry, type BenchEntry } from './lanes/history.ts';
import { stepRows } from './lanes/lanes.ts';
import { describeMachine, machineHere } from './lanes/machine.ts';
import { findPython } from './lanes/peers.ts';
import { writeBlock } from './lanes/readme.ts';
import { epochTable, ratioLines, tableOf, type BenchRow } from './lanes/table.ts';
import { padded } from './shared/padded.ts';
import type { WorkloadName } from './shared/workloads.ts';

const { values } = parseArgs({
  options: {
    peer: { type: 'boolean', default: false },
    python: { type: 'string', default: '.cache/peer' },
    weights: { type: 'string', default: '.cache/models/minilm' },
    'data-dir': { type: 'string' },
    workloads: { type: 'string', default: 'use-lite,small' },
    engines: { type: 'string', default: ENGINES.filter((name) => name !== 'js').join() },
    threads: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '6' },
    epochs: { type: 'string' },
    rows: { type: 'string', default: '384' },
    write: { type: 'boolean', default: false },
    compare: { type: 'boolean', default: false },
  },
});
const printed: string[] = [];
const say = (text: string): void => {
  console.log(text);
  printed.push(text);
};
/** What to type for the same block; where files lie differs from machine to machine. */
const command = (): string => {
  const places = ['--python', '--weights', '--data-dir'];
  const options = process.argv.slice(2).flatMap((arg, i, all) => {
    if (places.includes(arg) || places.some((place) => arg.startsWith(`${place}=`))) return [];
    return places.includes(all[i - 1] ?? '') ? [] : [arg];
  });
  return ['npm run bench --', ...options].join(' ');
};

/** Data sets of the epochs: without GLUE files the one that comes with the package. */
const epochSets = (): readonly EpochData[] => {
  if (values.epochs === 'none') return [];
  if (!existsSync(values.weights)) {
    say(`left out: epochs, for want of ${values.weights}; python3 scripts/setup/fetch-minilm.py fetches it\n`);
    return [];
  }
  const asked = values.epochs?.split(',') ?? (values['data-dir'] === undefined ? ['imdb'] : EPOCH_DATA);
  return EPOCH_DATA.filter((name) => asked.includes(name));
};

const timingsOf = (steps: readonly BenchRow[], epochs: readonly EpochRow[]): BenchEntry['timings'] => [
  ...steps.map(({ workload, name, threads, train, spread }) => ({
    of: `step, ${workload}, ${name}, ${threads} threads`,
    milliseconds: train,
    spread,
  })),
  ...epochs.map(({ data, samples, who, train }) => ({
    of: `epoch, ${data}, N = ${samples}, ${who}, ${values.rows} rows, ${values.threads} threads`,
    milliseconds: 1000 * train,
    spread: null,
  })),
];

const compared = (now: BenchEntry): string => {
  const before = historyOf(now.machine).at(-1);
  if (!before) return `Nothing was kept of ${now.machine.processor}; --write keeps this.`;
  const changes = changesBetween(before, now);
  const title = `Since ${before.date} (${before.commit}), beyond noise:`;
  if (changes.length === 0) return `${title} nothing.`;
  const cells = changes.map(({ of, before: then, now: today }) => [
    of,
    then.toFixed(1),
    today.toFixed(1),
    (today / then).toFixed(2),
  ]);
  return `${title}\n\n${padded([['time of', 'then ms', 'now ms', 'ratio'], ...cells]).join('\n')}`;
};

const main = async (): Promise<void> => {
  const python = values.peer ? findPython(values.python) : null;
  const machine = await machineHere(python);
  const date = new Date().toISOString().slice(0, 10);
  say(`\`${command()}\`, ${date}, Node ${process.version}\n\n${describeMachine(machine)}\n`);
  const threads = values.threads.split(',').map(Number);
  const asked = {
    workloads: values.workloads === 'none' ? [] : (values.workloads.split(',') as WorkloadName[]),
    engines: values.engines.split(','),
    threads,
    rounds: Number(values.rounds),
    python,
  };
  const steps = await stepRows(asked, say, (rows) => say(tableOf(rows, machine.products.onnx)));
  if (steps.length > 0) say(`\n${ratioLines(steps).join('\n')}`);
  const epochs = await epochRows(
    {
      sets: epochSets(),
      rows: Number(values.rows),
      threads: Math.max(...threads),
      weights: values.weights,
      places: values['data-dir'] === undefined ? {} : { dataDir: values['data-dir'] },
    },
    python,
    ({ data, samples, who, total }) => console.log(`${data}, N = ${samples}, ${who}: ${total.toFixed(1)} s`),
  );
  if (epochs.length > 0) {
    say(
      `\nOne epoch of ${values.rows} rows, 64 test rows, MiniLM, LoRA Dropout, batch 16, ${values.threads} threads\n`,
    );
    say(epochTable(epochs));
  }
  say(`\nLoad ${(loadavg()[0] ?? 0).toFixed(1)} at the end`);
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  const entry: BenchEntry = { date, commit, machine, timings: timingsOf(steps, epochs) };
  if (values.compare) console.log(`\n${compared(entry)}`);
  if (values.write) {
    writeBlock(printed.join('\n'));
    keepEntry(entry);
  }
};

try {
  await main();
  process.exit(0);
} catch (error) {
  // Not thrown on: the wasm backend answers an uncaught error by printing its own source.
  console.error((error as Error).name === 'BadInput' ? (error as Error).message : (error as Error).stack);
  process.exit(2);
}
