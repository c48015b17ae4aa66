/**
 * What each simplification of the compiled graph is worth: a training step with one of them left out, in turns with the whole.
 *
 *   npx tsx bench/passes.ts [use-lite | small | tiny] [rounds, default 20]
 */
import { PASSES, type Pass } from '../packages/compile/src/graph/graph.ts';
import { onnxEngine } from '../packages/compile/src/onnx/engine.ts';
import { stepsOf } from './steps.ts';
import { padded } from './table.ts';
import { WORKLOADS, type WorkloadName } from './workloads.ts';

const MEANING: { readonly [pass in Pass]: string } = {
  common: 'equal operators are recorded once',
  lazy: 'broadcasts are looked through',
  reshapes: 'reshapes move down and cancel',
  numbers: 'known factors move outwards',
  factors: 'a shared factor is taken out of a sum',
  transposes: 'transposes end in the product that reads them',
  linear: 'products with one matrix are Gemm',
  alpha: 'a factor ends in the product',
  addition: 'an addition ends in the product',
};

const [name = 'tiny', rounds = '20'] = process.argv.slice(2);
const workload = await WORKLOADS[name as WorkloadName]();
const variants: readonly (readonly Pass[])[] = [[], ...PASSES.map((pass) => [pass])];
const runs: { readonly without: readonly Pass[]; readonly train: () => Promise<number>; readonly times: number[] }[] =
  [];
for (const without of variants) {
  const { train } = await stepsOf(await onnxEngine({ threads: 1, without }), workload);
  for (let i = 0; i < 3; i++) await train();
  runs.push({ without, train, times: [] });
}
for (let round = 0; round < Number(rounds); round++) for (const { train, times } of runs) times.push(await train());

// The least time: what disturbs a machine only ever adds.
const least = runs.map(({ times }) => Math.min(...times));
const rows = runs.map(({ without: [pass] }, i) => [
  pass === undefined ? 'all on' : `without: ${MEANING[pass]}`,
  least[i]!.toFixed(2),
  (least[i]! / least[0]!).toFixed(2),
]);
console.log([...padded([['training step', 'least ms', 'over all on'], ...rows])].join('\n'));
process.exit(0);
