/**
 * What ONNX Runtime's own fused operators would give: LayerNorm, GELU and softmax attention, each
 * against the same function compiled from tfjs operations, forward, in turns, one thread, at the
 * sizes of the workload "small".
 *
 *   npx tsx bench/step/fusions.ts [rounds, default 200]
 */
import * as ort from 'onnxruntime-node';
import { sizeOf, tf, type PureFunction } from '@lab/engine';
import { fold, key, normal } from '@lab/random';
import {
  createGraph,
  fuse,
  type Graph,
  inputName,
  type OnnxModel,
  openGraph,
  outputName,
  startTrace,
  trace,
  type Value,
  writeModel,
} from '@lab/engine/internals';
import { ACTIVATIONS, layerNorm } from '@lab/models/internals';
import { padded } from '../shared/padded.ts';

const [rounds = '200'] = process.argv.slice(2);
const [batch, tokens, width, heads, ffn, eps] = [16, 64, 384, 12, 1536, 1e-12];
const wide = [batch, tokens, width] as const;

type Shapes = { readonly [input: string]: readonly number[] };
type Case = {
  readonly name: string;
  /** How often an evaluation batch of the workload has it. */
  readonly count: number;
  readonly inputs: Shapes;
  readonly composed: PureFunction;
  readonly fused: (g: Graph, inputs: { readonly [name: string]: Value }) => Value;
};

const split = (x: tf.Tensor): tf.Tensor => tf.transpose(tf.reshape(x, [batch, tokens, heads, -1]), [0, 2, 1, 3]);
const CASES: readonly Case[] = [
  {
    name: 'LayerNorm',
    count: 13,
    inputs: { x: wide, weight: [width], bias: [width] },
    composed: ({ x, weight, bias }) => ({ y: layerNorm(x!, weight!, bias!, eps) }),
    fused: (g, { x, weight, bias }) =>
      g.emit('LayerNormalization', [x!, weight!, bias!], x!, { axis: { int: -1 }, epsilon: { float: eps } }),
  },
  {
    name: 'GELU',
    count: 6,
    inputs: { x: [batch, tokens, ffn] },
    composed: ({ x }) => ({ y: ACTIVATIONS.gelu(x!) }),
    fused: (g, { x }) => g.emit('Gelu', [x!], x!, {}, 'com.microsoft'),
  },
  {
    name: 'attention',
    count: 6,
    inputs: { q: wide, k: wide, v: wide, bias: [batch, 1, tokens, tokens] },
    composed: ({ q, k, v, bias }) => {
      const scores = tf.mul(tf.matMul(split(q!), split(k!), false, true), 1 / Math.sqrt(width / heads));
      const mixed = tf.matMul(tf.softmax(tf.add(scores, bias!)), split(v!));
      return { y: tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [...wide]) };
    },
    fused: (g, { q, k, v, bias }) => {
      // It insists on a bias of the projections and on a mask; here they change nothing.
      const zero = g.constant('float32', [3 * width], new Float32Array(3 * width));
      const all = g.constant('int32', [batch, tokens], new Int32Array(batch * tokens).fill(1));
      const operands = [q!, k!, v!, zero, all, bias!];
      return g.emit('MultiHeadAttention', operands, q!, { num_heads: { int: heads } }, 'com.microsoft');
    },
  },
];

const openTimed = async (model: OnnxModel, feeds: { readonly [name: string]: ort.Tensor }) => {
  const session = await openGraph(model.bytes, { provider: 'cpu', threads: 1, fusion: 'all' }, false);
  let least = Infinity;
  const run = async (): Promise<Float32Array> => {
    const before = performance.now();
    const results = await session.run(feeds);
    least = Math.min(least, performance.now() - before);
    return results[outputName('y')]!.data as Float32Array;
  };
  return { run, least: () => least };
};

await startTrace();
const rows: (readonly string[])[] = [];
for (const { name, count, inputs, composed, fused } of CASES) {
  const feeds = Object.fromEntries(
    Object.entries(inputs).map(([input, shape]) => [
      inputName(input),
      new ort.Tensor('float32', normal(fold(key(1), input), sizeOf(shape)), shape),
    ]),
  );
  const shapes = Object.entries(inputs);
  const signature = Object.fromEntries(shapes.map(([input, shape]) => [input, { dtype: 'float32', shape } as const]));
  const traced = trace(composed, signature);
  const graph = createGraph();
  const values = Object.fromEntries(shapes.map(([input, shape]) => [input, graph.input(input, 'float32', shape)]));
  const one = await openTimed(writeModel(fuse(traced.graph, traced.outputs)), feeds);
  const other = await openTimed(writeModel({ y: fused(graph, values) }), feeds);
  let difference = 0;
  for (let round = 0; round < Number(rounds); round++) {
    const [a, b] = [await one.run(), await other.run()];
    if (round === 0) difference = a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
  }
  const saved = count * (one.least() - other.least());
  const times = [one.least(), other.least()].map((least) => least.toFixed(3));
  rows.push([name, String(count), ...times, saved.toFixed(1), difference.toExponential(0)]);
}
const head = ['forward', 'in a batch', 'composed ms', 'fused ms', 'saved ms a batch', 'largest difference'];
console.log(padded([head, ...rows]).join('\n'));
process.exit(0);
