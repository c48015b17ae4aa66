/**
 * What a step costs when only upper layers have adapters: below the first one nothing is
 * differentiated, and nothing kept.
 *
 *   npx tsx bench/step/prefix.ts [runs, default 10]
 */
import { millisecondsOf, profiled } from '../shared/profiled.ts';
import { padded } from '../shared/padded.ts';
import { smallFrom } from '../shared/workloads.ts';

const [runs = '10'] = process.argv.slice(2);
const rows: (readonly string[])[] = [];
for (const first of [0, 3, 5]) {
  const workload = await smallFrom(first);
  const [train, evaluate] = [
    await profiled(workload, 'train', Number(runs)),
    await profiled(workload, 'evaluate', Number(runs)),
  ];
  const [step, forward] = [millisecondsOf(train), millisecondsOf(evaluate)];
  const cells = [`${6 - first} of 6`, String(train.length), step.toFixed(1), forward.toFixed(1)];
  rows.push([...cells, (step - forward).toFixed(1)]);
}
const head = ['layers with adapters', 'operators of a step', 'step ms', 'evaluation ms', 'difference ms'];
console.log(padded([head, ...rows]).join('\n'));
process.exit(0);
