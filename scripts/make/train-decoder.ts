/**
 * Trains the embedded decoder with this repository's own engine and writes its folder.
 *
 *   npm run train-decoder [-- --to <folder, default the embedded one> --steps <n>]
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { fold, key, permutation } from '@lab/random';
import {
  adamWScalars,
  floats,
  learningRate,
  openBest,
  readFloats,
  scalar,
  type HostArray,
  type Handle,
} from '@lab/engine';
import { gpt2 } from '@lab/models/internals';
import { openEncoder, END, learnMerges, tokenizerJson, vocabularyOf } from './decoder/bpe.ts';
import { writeHalves } from './decoder/half.ts';
import { decayOf, layoutOfAll, lossProgram, startOf, decoderStep } from './decoder/program.ts';
import { documents } from './decoder/text.ts';

const { values } = parseArgs({
  options: {
    to: {
      type: 'string',
      default: fileURLToPath(new URL('../../packages/models/src/embedded-gpt/weights', import.meta.url)),
    },
    steps: { type: 'string', default: '10000' },
  },
});
const recipe = {
  vocabulary: 2048,
  tokens: 128,
  batch: 8,
  steps: Number(values.steps),
  lr: 2e-3,
  warmup: 0.05,
  weightDecay: 0.1,
  heldOutBlocks: 128,
  logEvery: 100,
  checkEvery: 500,
};
const config = {
  architectures: ['GPT2LMHeadModel'],
  model_type: 'gpt2',
  vocab_size: recipe.vocabulary,
  n_positions: recipe.tokens,
  n_embd: 192,
  n_layer: 4,
  n_head: 4,
  activation_function: 'gelu_new',
  layer_norm_epsilon: 1e-5,
  resid_pdrop: 0,
  embd_pdrop: 0,
  attn_pdrop: 0,
  bos_token_id: 0,
  eos_token_id: 0,
  tie_word_embeddings: true,
  dtype: 'float16',
};
const folder = values.to;

const began = performance.now();
const seconds = () => Math.round((performance.now() - began) / 1000);
const texts = await documents();
const merges = learnMerges(texts, recipe.vocabulary - 257);
const encode = openEncoder(merges, vocabularyOf(merges));
const stream = Int32Array.from(texts.flatMap((text) => [...encode(text), 0]));
const length = recipe.tokens + 1;
const blocks = Array.from({ length: Math.floor(stream.length / length) }, (_, i) =>
  stream.subarray(i * length, (i + 1) * length),
);
const [held, trained] = [blocks.slice(0, recipe.heldOutBlocks), blocks.slice(recipe.heldOutBlocks)];
console.log(`${texts.length} documents, ${stream.length} tokens, ${trained.length} blocks, after ${seconds()} s`);

const { engine } = await openBest('onnx', { threads: 1 });
const anatomy = gpt2.describe(config, { pooling: 'last', lm: true }, 'config');
const layout = layoutOfAll(anatomy);
const step = engine.program(decoderStep(anatomy, layout));
const measure = engine.program(lossProgram(anatomy, layout));
const batchOf = (chosen: readonly Int32Array[]): HostArray => ({
  dtype: 'int32',
  shape: [chosen.length, length],
  data: Int32Array.from(chosen.flatMap((block) => [...block])),
});
const read = (handle: Handle) => readFloats(engine, handle);

const decay = engine.put(floats(decayOf(anatomy, layout, recipe.weightDecay)));
let state = {
  theta: engine.put(floats(startOf(anatomy, layout))),
  m: engine.put(floats(new Float32Array(layout.size))),
  v: engine.put(floats(new Float32Array(layout.size))),
};
const heldOutLoss = async (): Promise<number> => {
  let sum = 0;
  for (let i = 0; i < held.length; i += recipe.batch) {
    const { loss } = await measure.run({ theta: state.theta, ids: batchOf(held.slice(i, i + recipe.batch)) });
    sum += ((await read(loss!))[0]! * recipe.batch) / held.length;
    engine.free([loss!]);
  }
  return sum;
};

const curve: string[] = ['step,loss,held_out'];
const perEpoch = Math.floor(trained.length / recipe.batch);
let order = new Uint32Array(0);
let sum = 0;
for (let at = 0; at < recipe.steps; at++) {
  if (at % perEpoch === 0) {
    const stirred = permutation(fold(fold(key(0), 'blocks'), Math.floor(at / perEpoch)), trained.length);
    order = Uint32Array.from(stirred);
  }
  const from = (at % perEpoch) * recipe.batch;
  const { correction1, correction2 } = adamWScalars(at + 1);
  const { loss, ...next } = await step.run({
    ...state,
    decay,
    lr: scalar(learningRate({ peak: recipe.lr, steps: recipe.steps, warmup: recipe.warmup, after: 'linear' }, at)),
    correction1: scalar(correction1),
    correction2: scalar(correction2),
    ids: batchOf(Array.from(order.subarray(from, from + recipe.batch), (i) => trained[i]!)),
  });
  engine.free(Object.values(state));
  state = next as typeof state;
  sum += (await read(loss!))[0]!;
  engine.free([loss!]);
  const done = at + 1;
  if (done % recipe.logEvery !== 0 && done !== recipe.steps) continue;
  const check = done % recipe.checkEvery === 0 || done === recipe.steps ? (await heldOutLoss()).toFixed(4) : '';
  curve.push(`${done},${(sum / (done % recipe.logEvery || recipe.logEvery)).toFixed(4)},${check}`);
  console.log(`${curve.at(-1)!} after ${seconds()} s`);
  sum = 0;
}

mkdirSync(folder, { recursive: true });
for (const old of readdirSync(folder)) rmSync(join(folder, old));
const json = (name: string, value: unknown) => writeFileSync(join(folder, name), `${JSON.stringify(value, null, 2)}\n`);
writeHalves(join(folder, 'model.safetensors'), layout, await read(state.theta));
json('config.json', config);
writeFileSync(join(folder, 'tokenizer.json'), `${JSON.stringify(tokenizerJson(merges))}\n`);
json('tokenizer_config.json', {
  tokenizer_class: 'GPT2TokenizerFast',
  add_prefix_space: false,
  model_max_length: recipe.tokens,
  ...Object.fromEntries(['bos_token', 'eos_token', 'unk_token'].map((name) => [name, END])),
});
json('recipe.json', {
  ...recipe,
  parameters: layout.size,
  documents: texts.length,
  textTokens: stream.length,
  seconds: seconds(),
  engine: engine.description,
});
writeFileSync(join(folder, 'curve.csv'), `${curve.join('\n')}\n`);
console.log(`${layout.size} parameters, ${folder}, ${seconds()} s`);
await engine.close();
