/**
 * What each simplification of the compiled graph is worth: steps with one of them left out, in
 * turns with the whole.
 *
 *   npx tsx bench/step/passes.ts [use-lite | small | tiny] [rounds, default 20]
 *
 * Times are processor time of this process at one thread, so that programs beside it disturb
 * little. Every row is compared with "all on" of its own round; the second "all on" shows what
 * noise is left. Operators, the sum of the least time of each, and the peak of memory come from a
 * process of its own.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Fusion, onnxEngine, type GraphPass, PASSES } from '@lab/engine/internals';
import { median, sortedQuantile } from '@lab/report/internals';
import { peakMB } from '../shared/peak.ts';
import { millisecondsOf, profiled } from '../shared/profiled.ts';
import { stepsOf } from '../shared/steps.ts';
import { padded } from '../shared/padded.ts';
import { WORKLOADS, type WorkloadName } from '../shared/workloads.ts';
import { timed } from '../shared/processor.ts';

const MEANING: { readonly [pass in GraphPass]: string } = {
  common: 'equal operators are recorded once',
  lazy: 'broadcasts are looked through',
  reshapes: 'reshapes move down and cancel',
  numbers: 'known factors move outwards',
  factors: 'a shared factor is taken out of a sum',
  linear: 'products with one matrix are Gemm',
  alpha: 'a factor ends in the product',
  addition: 'an addition ends in the product',
  gelu: 'GELU is one operator where no gradient reads its parts',
};

type Variant = { readonly label: string; readonly without?: readonly GraphPass[]; readonly fusion?: Fusion };
const VARIANTS: readonly Variant[] = [
  { label: 'all on' },
  { label: 'all on, once more' },
  ...PASSES.map((pass) => ({ label: `without: ${MEANING[pass]}`, without: [pass] })),
  { label: "ONNX Runtime's own fusion: extended, no layouts", fusion: 'extended' },
  { label: "ONNX Runtime's own fusion: basic", fusion: 'basic' },
  { label: "ONNX Runtime's own fusion: none", fusion: 'disabled' },
];

const optionsOf = ({ without, fusion }: Variant) => ({
  ...(without ? { without } : {}),
  ...(fusion ? { fusion } : {}),
});

const [name = 'tiny', rounds = '20', alone] = process.argv.slice(2);
const workload = await WORKLOADS[name as WorkloadName]();

if (alone !== undefined) {
  const operators = await profiled(workload, 'train', Number(rounds), optionsOf(VARIANTS[Number(alone)]!));
  console.log([operators.length, millisecondsOf(operators).toFixed(2), peakMB().toFixed(0)].join());
  process.exit(0);
}

/** Operators, their milliseconds and peak megabytes of training steps in a process of their own. */
const aloneOf = (index: number): readonly string[] => {
  const file = fileURLToPath(import.meta.url);
  const { stdout } = spawnSync(process.execPath, [...process.execArgv, file, name, rounds, String(index)]);
  return String(stdout).trim().split(',');
};

const KINDS = ['train', 'evaluate'] as const;
type Times = { readonly [kind in (typeof KINDS)[number]]: number[] };
const lanes: { readonly steps: Awaited<ReturnType<typeof stepsOf>>; readonly times: Times }[] = [];
for (const variant of VARIANTS) {
  const steps = await stepsOf(await onnxEngine({ threads: 1, ...optionsOf(variant) }), workload);
  for (let i = 0; i < 3; i++) for (const kind of KINDS) await steps[kind]();
  lanes.push({ steps, times: { train: [], evaluate: [] } });
}
for (let round = 0; round < Number(rounds); round++) {
  for (let i = 0; i < lanes.length; i++) {
    // Each round begins with another one.
    const { steps, times } = lanes[(round + i) % lanes.length]!;
    for (const kind of KINDS) times[kind].push(1000 * (await timed(steps[kind])).processor);
  }
}

const cells = lanes.map(({ times }, i) => {
  const against = (kind: (typeof KINDS)[number]): string => {
    const ratios = times[kind].map((time, round) => time / lanes[0]!.times[kind][round]!);
    const sorted = [...ratios].sort((a, b) => a - b);
    const [low, high] = [sortedQuantile(sorted, 0.25), sortedQuantile(sorted, 0.75)];
    return `${median(ratios).toFixed(2)} (${low.toFixed(2)}-${high.toFixed(2)})`;
  };
  const least = KINDS.map((kind) => Math.min(...times[kind]).toFixed(1));
  return [VARIANTS[i]!.label, least[0]!, against('train'), least[1]!, against('evaluate'), ...aloneOf(i)];
});
const head = [
  name,
  'step, least ms',
  'over all on',
  'evaluation, least ms',
  'over all on',
  'operators',
  'their ms',
  'peak MB',
];
console.log(padded([head, ...cells]).join('\n'));
process.exit(0);
