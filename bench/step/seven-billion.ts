/**
 * One step of LLaMA2-7B's shapes with random weights: writes them as safetensors, a file a layer,
 * opens them with a base in fewer bits and with layers computed again, and trains two steps of one
 * text. Prints seconds and the most memory held.
 *
 *   npx tsx bench/step/seven-billion.ts [--layers 32] [--base int8] [--tokens 512] [--threads 1]
 *   [--keep-layers] [--folder <scratch>]
 */
import { closeSync, existsSync, mkdirSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { adamWScalars, floats, openEngine, readFloats, scalar } from '@lab/engine';
import { models } from '@lab/models';
import { fold, integer, key, normal } from '@lab/random';
import { blueprintOf, decayVector, openWorkshop, planRun, type Row } from '@lab/runner';
import { peakMB } from '../shared/peak.ts';
import { timed } from '../shared/processor.ts';

const { values } = parseArgs({
  options: {
    layers: { type: 'string', default: '32' },
    base: { type: 'string', default: 'int8' },
    tokens: { type: 'string', default: '512' },
    threads: { type: 'string', default: '1' },
    'keep-layers': { type: 'boolean', default: false },
    folder: { type: 'string', default: join(tmpdir(), 'lab-seven-billion') },
  },
});
const [layers, tokens, threads] = [Number(values.layers), Number(values.tokens), Number(values.threads)];
const { folder } = values;
const root = key(7);

const [WIDTH, INNER, WORDS] = [4096, 11_008, 32_000];
const shapes = {
  model_type: 'llama',
  vocab_size: WORDS,
  hidden_size: WIDTH,
  intermediate_size: INNER,
  num_hidden_layers: layers,
  num_attention_heads: 32,
  max_position_embeddings: 4096,
  rms_norm_eps: 1e-5,
  tie_word_embeddings: false,
};

/** Half-precision numbers of standard deviation about .02, used again and again. */
const block = Uint16Array.from(normal(fold(root, 'block'), 2 ** 20), (z) => {
  const size = Math.min(Math.abs(z) * 0.02, 0.1) + 2 ** -14;
  const exponent = Math.floor(Math.log2(size));
  const fraction = Math.floor((size / 2 ** exponent - 1) * 1024);
  return (z < 0 ? 0x8000 : 0) | ((exponent + 15) << 10) | fraction;
});
const ones = new Uint16Array(WIDTH).fill(0x3c00);

type Shape = readonly [name: string, ...size: number[]];

/** A safetensors file of half-precision tensors; vectors are ones. */
const writeShard = (file: string, tensors: readonly Shape[]): void => {
  let end = 0;
  const header = Object.fromEntries(
    tensors.map(([name, ...shape]) => {
      const start = end;
      end += 2 * shape.reduce((a, b) => a * b, 1);
      return [name, { dtype: 'F16', shape, data_offsets: [start, end] }];
    }),
  );
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const to = openSync(file, 'w');
  writeSync(to, length);
  writeSync(to, text);
  for (const [, ...shape] of tensors) {
    const numbers = shape.length === 1 ? ones : block;
    for (let left = shape.reduce((a, b) => a * b, 1); left > 0; left -= numbers.length)
      writeSync(to, new Uint8Array(numbers.buffer, 0, 2 * Math.min(left, numbers.length)));
  }
  closeSync(to);
};

const layerTensors = (layer: number): readonly Shape[] => {
  const at = `model.layers.${layer}`;
  return [
    ...['q_proj', 'k_proj', 'v_proj', 'o_proj'].map((name): Shape => [`${at}.self_attn.${name}.weight`, WIDTH, WIDTH]),
    ...['gate_proj', 'up_proj'].map((name): Shape => [`${at}.mlp.${name}.weight`, INNER, WIDTH]),
    [`${at}.mlp.down_proj.weight`, WIDTH, INNER],
    ...['input_layernorm', 'post_attention_layernorm'].map((name): Shape => [`${at}.${name}.weight`, WIDTH]),
  ];
};

const writeCheckpoint = (): void => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'config.json'), JSON.stringify(shapes));
  const shards: readonly (readonly Shape[])[] = [
    [
      ['model.embed_tokens.weight', WORDS, WIDTH],
      ['model.norm.weight', WIDTH],
    ],
    ...Array.from({ length: layers }, (_, layer) => layerTensors(layer)),
  ];
  const map = shards.flatMap((tensors, i) => {
    const file = `model-${i}.safetensors`;
    if (!existsSync(join(folder, file))) writeShard(join(folder, file), tensors);
    return tensors.map(([name]) => [name, file] as const);
  });
  const index = JSON.stringify({ weight_map: Object.fromEntries(map) });
  writeFileSync(join(folder, 'model.safetensors.index.json'), index);
};

const seconds = async <T>(what: string, action: () => Promise<T>): Promise<T> => {
  const { value, wall, processor } = await timed(action);
  console.log(`| ${what} | ${wall.toFixed(1)} | ${processor.toFixed(1)} | ${(peakMB() / 1000).toFixed(2)} |`);
  return value;
};

writeCheckpoint();
const kept = values['keep-layers'] ? 'layers kept' : 'layers computed again';
console.log(
  `LLaMA2-7B shapes, ${layers} layers, base ${values.base}, ${kept}, 1 x ${tokens} tokens, ${threads} thread\n`,
);
console.log('| part | seconds | processor seconds | peak GB |\n|---|--:|--:|--:|');
const { config } = planRun(
  {
    seed: 7,
    dataset: { name: 'imdb' },
    model: { name: 'llama' },
    adapter: { name: 'lora', r: 8, target_modules: ['q_proj', 'v_proj'] },
    dropout: { name: 'lora-dropout', p: 0.3, samples: 1 },
    train: { batchSize: 1, maxTokens: tokens, ...(values['keep-layers'] ? {} : { recompute: true }) },
    base: values.base,
  },
  'bench/step/seven-billion.ts',
);
const model = await models.build(config.model, { weights: folder });
const task = { kind: 'classification', classes: ['no', 'yes'] } as const;
const blueprint = blueprintOf(config, model, { task, biEncoder: false });
const engine = await openEngine('onnx', { threads });
const workshop = openWorkshop(engine);
const session = await seconds('weights read and kept', () => workshop.open(blueprint, config.train));
const ids = Int32Array.from({ length: tokens }, (_, t) => integer(fold(root, t), WORDS));
const row: Row = { example: { id: 'train:0', text: '', label: 1 }, encoded: [{ ids }] };
const batch = session.batch([row], [0]);
const decay = engine.put(floats(decayVector(blueprint, 0)));
const masks = session.masks.training(batch, { key: root, progress: 0 });
let state = await session.start(root);
const losses: number[] = [];
for (const step of ['first step, with compiling', 'second step']) {
  const { correction1, correction2 } = adamWScalars(losses.length + 1);
  const rates = { lr: scalar(1e-3), correction1: scalar(correction1), correction2: scalar(correction2) };
  const inputs = { batch: batch.arrays, masks, share: scalar(1), decay, rates, controls: {} };
  const { state: next, loss } = await seconds(step, () => session.step({ ...state, ...inputs }));
  losses.push((await readFloats(engine, loss))[0] ?? NaN);
  state = next;
}
console.log(`\nlosses ${losses.map((loss) => loss.toFixed(4)).join(', ')}`);
await workshop.close();
if (values.folder === join(tmpdir(), 'lab-seven-billion')) rmSync(folder, { recursive: true });
