/**
 * Where the time of a compiled step goes, by kind of operator.
 *
 *   npx tsx bench/step/profile.ts [use-lite | small | tiny] [train | evaluate] [runs, default 10]
 */
import type { LaneKind } from '../shared/steps.ts';
import { millisecondsOf, profiled } from '../shared/profiled.ts';
import { padded } from '../shared/padded.ts';
import { WORKLOADS, type WorkloadName } from '../shared/workloads.ts';

const [name = 'small', kind = 'train', runs = '10'] = process.argv.slice(2);
const operators = await profiled(await WORKLOADS[name as WorkloadName](), kind as LaneKind, Number(runs));
const total = millisecondsOf(operators);
const rows = [...new Set(operators.map(({ op }) => op))]
  .map((op) => operators.filter((operator) => operator.op === op))
  .map((own) => ({ op: own[0]!.op, count: own.length, time: millisecondsOf(own) }))
  .sort((a, b) => b.time - a.time)
  .map(({ op, count, time }) => [op, String(count), time.toFixed(2), ((100 * time) / total).toFixed(1)]);
const head = [`${name}, ${kind}`, 'operators', 'ms', '%'];
console.log(padded([head, ...rows, ['all', String(operators.length), total.toFixed(2), '100.0']]).join('\n'));
process.exit(0);
