import { probeEngines } from '@lab/engine';
import { operationsOf } from './flops.ts';
import { engineLane, PEER_WAYS, peerLane, peerName, type Lane } from './lane.ts';
import { measureLanes } from './measure.ts';
import type { BenchRow } from './table.ts';
import { WORKLOADS, type WorkloadName } from '../shared/workloads.ts';

/** Engines that use one thread, whatever is asked. */
const SINGLE = new Set<string>(['wasm', 'js']);

/** What is measured of steps. */
export interface StepsAsked {
  readonly workloads: readonly WorkloadName[];
  readonly engines: readonly string[];
  readonly threads: readonly number[];
  readonly rounds: number;
  readonly python: string | null;
}

/** Times of every engine and every way of the peers on one workload, in turns. */
const stepsOn = async (
  name: WorkloadName,
  engines: readonly string[],
  { threads, rounds, python }: StepsAsked,
  say: (text: string) => void,
): Promise<readonly BenchRow[]> => {
  const workload = await WORKLOADS[name]();
  const { shape, blueprint } = workload;
  const lanes: Lane[] = [];
  const add = async (what: string, lane: Promise<Lane>): Promise<void> => {
    try {
      lanes.push(await lane);
    } catch (error) {
      say(`\nleft out: ${what} on ${name}: ${(error as Error).message}`);
    }
  };
  for (const engine of engines)
    for (const count of SINGLE.has(engine) ? [1] : threads) await add(engine, engineLane(name, engine, count));
  for (const way of python ? PEER_WAYS : [])
    for (const count of threads) await add(peerName(way), peerLane(python ?? '', way, shape, count));
  for (const lane of lanes) {
    if (lane.parameters !== blueprint.layout.size)
      throw new Error(`${lane.name} trains ${lane.parameters} parameters, this repository ${blueprint.layout.size}`);
  }
  const { measured, dropped } = await measureLanes(lanes, rounds);
  lanes.forEach((lane) => lane.stop());
  dropped.forEach(({ lane, reason }) => say(`\nleft out: ${lane.name} on ${name}: ${reason}`));
  const operations = operationsOf(workload);
  const tokens = shape.lengths.reduce((a, b) => a + b, 0);
  say(
    `\n${name}: ${blueprint.model.name}, ${shape.layers} layers, ${shape.width} wide, batch ${shape.batch},\n` +
      `${tokens} real tokens of ${shape.batch * shape.tokens}, ${blueprint.layout.size} trainable parameters, ` +
      `${(operations.train / 1e9).toFixed(1)} useful GFLOP a training step\n`,
  );
  return measured.map((each): BenchRow => ({ workload: name, batch: shape.batch, operations, ...each }));
};

/** Times of all workloads; `done` is told of each. */
export const stepRows = async (
  asked: StepsAsked,
  say: (text: string) => void,
  done: (rows: readonly BenchRow[]) => void,
): Promise<readonly BenchRow[]> => {
  const probes = await probeEngines();
  for (const { name, available, reason } of probes) if (!available) say(`left out: ${reason} (${name})\n`);
  const engines = probes.filter(({ name, available }) => available && asked.engines.includes(name));
  const all: BenchRow[] = [];
  for (const name of asked.workloads) {
    const rows = await stepsOn(
      name,
      engines.map((engine) => engine.name),
      asked,
      say,
    );
    done(rows);
    all.push(...rows);
  }
  return all;
};
