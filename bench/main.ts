/**
 * Times training steps and evaluation batches of every available engine, and with --peer of
 * PyTorch, in turns on the same workloads.
 *
 *   npm run bench -- [--peer] [--python .cache/peer] [--workloads use-lite,small,tiny] [--engines
 *   onnx,wasm] [--threads 1,2] [--rounds 12] [--write]
 *
 * --write also puts what is printed between the marks of bench/README.md. All of it takes about
 * seven minutes.
 */
import { cpus, loadavg, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { ENGINES, probeEngines } from '@lab/engine';
import { operationsOf } from './flops.ts';
import { engineLane, peerLane, type Lane } from './lane.ts';
import { findPython } from './peers.ts';
import { measureLanes } from './measure.ts';
import { writeBlock } from './readme.ts';
import { ratioLines, tableOf, type BenchRow } from './table.ts';
import { WORKLOADS, type WorkloadName } from './workloads.ts';

const { values } = parseArgs({
  options: {
    peer: { type: 'boolean', default: false },
    python: { type: 'string', default: '.cache/peer' },
    workloads: { type: 'string', default: Object.keys(WORKLOADS).join() },
    engines: { type: 'string', default: ENGINES.join() },
    threads: { type: 'string', default: '1,2' },
    rounds: { type: 'string', default: '12' },
    write: { type: 'boolean', default: false },
  },
});
const printed: string[] = [];
const say = (text: string): void => {
  console.log(text);
  printed.push(text);
};
/** What to type for the same block; where Python lies differs from machine to machine. */
const command = (): string => {
  const options = process.argv.slice(2).filter((arg, i, all) => ![arg, all[i - 1]].includes('--python'));
  return ['npm run bench --', ...options.filter((arg) => !arg.startsWith('--python='))].join(' ');
};
const main = async (): Promise<void> => {
  const threads = values.threads.split(',').map(Number);
  const chosen = values.engines.split(',');
  const python = values.peer ? findPython(values.python) : null;

  const probes = await probeEngines();
  for (const { name, available, reason } of probes) if (!available) say(`left out: ${reason} (${name})\n`);
  const engines = probes.filter(({ name, available }) => available && chosen.includes(name));
  /** Engines that use one thread, whatever is asked. */
  const single = new Set<string>(['wasm', 'js']);

  const load = (): string => loadavg()[0]!.toFixed(1);
  say(
    `\`${command()}\`, ${new Date().toISOString().slice(0, 10)}, ${cpus()[0]?.model.trim()}, ` +
      `${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GB, ` +
      `Node ${process.version}, load ${load()} before the first step`,
  );

  const rows: BenchRow[] = [];
  for (const name of values.workloads.split(',') as WorkloadName[]) {
    const workload = await WORKLOADS[name]();
    const { shape, blueprint } = workload;
    const lanes: Lane[] = [];
    const add = async (what: string, lane: Promise<Lane>) => {
      try {
        lanes.push(await lane);
      } catch (error) {
        say(`\nleft out: ${what} on ${name}: ${(error as Error).message}`);
      }
    };
    for (const { name: engine } of engines) {
      for (const count of single.has(engine) ? [1] : threads) await add(engine, engineLane(name, engine, count));
    }
    for (const peer of ['by_hand', 'with_peft'] as const) {
      for (const count of python ? threads : []) await add(peer, peerLane(python!, peer, shape, count));
    }
    for (const lane of lanes) {
      if (lane.parameters !== blueprint.layout.size)
        throw new Error(`${lane.name} trains ${lane.parameters} parameters, this repository ${blueprint.layout.size}`);
    }
    const { measured, dropped } = await measureLanes(lanes, Number(values.rounds));
    lanes.forEach((lane) => lane.stop());
    dropped.forEach(({ lane, reason }) => say(`\nleft out: ${lane.name} on ${name}: ${reason}`));
    const operations = operationsOf(workload);
    const found = measured.map((each): BenchRow => ({ workload: name, batch: shape.batch, operations, ...each }));
    say(
      `\n${name}: ${blueprint.model.name}, ${shape.layers} layers, ${shape.width} wide, ` +
        `batch ${shape.batch}, ${shape.tokens} tokens, ${blueprint.layout.size} trainable parameters, ` +
        `${(operations.train / 1e9).toFixed(1)} GFLOP a training step, load ${load()} at the end\n`,
    );
    say(tableOf(found));
    rows.push(...found);
  }
  say(`\n${ratioLines(rows).join('\n')}`);
  if (values.write) writeBlock(printed.join('\n'));
};

try {
  await main();
  process.exit(0);
} catch (error) {
  // Not thrown on: the wasm backend answers an uncaught error by printing its own source.
  console.error((error as Error).name === 'BadInput' ? (error as Error).message : (error as Error).stack);
  process.exit(2);
}
