/**
 * One engine on one workload in a process of its own: `node child.ts workload engine threads`, told
 * what to time over IPC.
 */
import { openEngine, type EngineName } from '@lab/engine';
import type { FromChild, ToChild } from './lane.ts';
import { peakMB } from '../shared/peak.ts';
import { stepsOf } from '../shared/steps.ts';
import { WORKLOADS, type WorkloadName } from '../shared/workloads.ts';

const [workloadName, engineName, threads] = process.argv.slice(2);
const send = (message: FromChild) => process.send!(message);
process.on('disconnect', () => process.exit());
try {
  const workload = await WORKLOADS[workloadName as WorkloadName]();
  const engine = await openEngine(engineName as EngineName, { threads: Number(threads) });
  const timed = await stepsOf(engine, workload);
  process.on('message', ({ kind, times }: ToChild) => {
    void (async () => {
      const milliseconds: number[] = [];
      for (let i = 0; i < times; i++) milliseconds.push(await timed[kind]());
      send({ milliseconds, peakMB: peakMB() });
    })().catch((error: Error) => send({ error: error.message }));
  });
  send({ ready: engine.description, parameters: workload.blueprint.layout.size });
} catch (error) {
  send({ error: (error as Error).message });
}
