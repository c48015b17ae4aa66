import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Forward, Model } from '@lab/adapter';
import { readSafetensors, tf, type HostArray } from '@lab/engine';
import { isLanguageModel, models } from '../src/index.ts';
import { plainForward, upload, uploadAll } from './plain-forward.ts';

/**
 * How transformers' output is made from the model's: a linear head on the pooled vector or on every
 * token, next-token logits, or none.
 */
type Output = 'pooled' | 'tokens' | 'next' | 'bare';

export interface Case {
  readonly folder: string;
  readonly family: string;
  readonly pooling: string;
  readonly output: Output;
}

/** The fixtures that scripts/fixtures/models/models.py makes. */
export const CASES: readonly Case[] = [
  { folder: 'bert-pooler', family: 'bert', pooling: 'pooler', output: 'pooled' },
  { folder: 'bert-qa', family: 'bert', pooling: 'cls', output: 'tokens' },
  { folder: 'bert-bare', family: 'bert', pooling: 'pooler', output: 'bare' },
  { folder: 'roberta-regression', family: 'roberta', pooling: 'classifier', output: 'pooled' },
  { folder: 'distilbert', family: 'distilbert', pooling: 'classifier', output: 'pooled' },
  { folder: 'llama-grouped', family: 'llama', pooling: 'last', output: 'next' },
  { folder: 'llama-three', family: 'llama', pooling: 'last', output: 'next' },
  { folder: 'llama-linear', family: 'llama', pooling: 'last', output: 'pooled' },
  { folder: 'gpt2-tied', family: 'gpt2', pooling: 'last', output: 'next' },
  { folder: 'gpt2-scaled', family: 'gpt2', pooling: 'last', output: 'pooled' },
  { folder: 'deberta-v3', family: 'deberta-v2', pooling: 'classifier', output: 'pooled' },
  { folder: 'deberta-apart', family: 'deberta-v2', pooling: 'classifier', output: 'pooled' },
  { folder: 'deberta-content', family: 'deberta-v2', pooling: 'classifier', output: 'pooled' },
  { folder: 'deberta-plain', family: 'deberta-v2', pooling: 'classifier', output: 'pooled' },
  { folder: 'opt-tied', family: 'opt', pooling: 'last', output: 'next' },
  { folder: 'opt-post-norm', family: 'opt', pooling: 'last', output: 'next' },
  { folder: 'opt-untied', family: 'opt', pooling: 'last', output: 'next' },
  { folder: 'xlm-roberta', family: 'xlm-roberta', pooling: 'classifier', output: 'pooled' },
  { folder: 'electra-narrow', family: 'electra', pooling: 'classifier', output: 'pooled' },
  { folder: 'electra-wide', family: 'electra', pooling: 'classifier', output: 'pooled' },
  { folder: 'mpnet', family: 'mpnet', pooling: 'classifier', output: 'pooled' },
  { folder: 'mpnet-bare', family: 'mpnet', pooling: 'pooler', output: 'bare' },
  { folder: 'modernbert', family: 'modernbert', pooling: 'classifier', output: 'pooled' },
  { folder: 'modernbert-biased', family: 'modernbert', pooling: 'classifier', output: 'pooled' },
  { folder: 'qwen2', family: 'qwen2', pooling: 'last', output: 'next' },
  { folder: 'mistral', family: 'mistral', pooling: 'last', output: 'next' },
  { folder: 'mistral-score', family: 'mistral', pooling: 'last', output: 'pooled' },
  { folder: 'gemma2', family: 'gemma2', pooling: 'last', output: 'next' },
];

export const fixtureFolder = (name: string): string =>
  fileURLToPath(new URL(`./fixtures/families/${name}`, import.meta.url));

export const openCase = ({ folder, family, pooling, output }: Case): Promise<Model> => {
  const config = { name: family, pooling, ...(output === 'next' ? { lm: true } : {}) };
  return models.build(models.parse(config), { weights: fixtureFolder(folder) });
};

/**
 * LoRA as peft defines it, r = 2 and alpha = 4 (scale 2), on every linear map for which `params`
 * has matrices.
 */
const withLora = (base: Forward, params: { readonly [name: string]: tf.Tensor }, scale: number): Forward => ({
  ...base,
  linear: (path, x) => {
    const [A, B] = [params[`${path}.lora_A`], params[`${path}.lora_B`]] as [tf.Tensor2D?, tf.Tensor2D?];
    if (!A || !B) return base.linear(path, x);
    const flat = tf.reshape(x, [-1, A.shape[1]]);
    const update = tf.matMul(tf.matMul(flat, A, false, true), B, false, true);
    return tf.add(base.linear(path, x), tf.mul(tf.reshape(update, [...x.shape.slice(0, -1), B.shape[0]]), scale));
  },
});

type Arrays = { readonly [name: string]: HostArray };

/** Logits as transformers returns them. */
const logitsOf = (model: Model, forward: Forward, arrays: Arrays, output: Output) => {
  const batch = {
    ids: upload(arrays['ids']!) as tf.Tensor2D,
    valid: upload(arrays['valid']!) as tf.Tensor2D,
    extra: arrays['types'] ? { types: upload(arrays['types']) } : {},
  };
  const hidden = model.encode(forward, batch);
  if (output === 'next') return { hidden, logits: isLanguageModel(model) ? model.logits(forward, hidden) : hidden };
  const pooled = model.pool(forward, hidden, batch);
  if (output === 'bare') return { hidden, logits: pooled };
  const [name] = Object.keys(arrays).filter((key) =>
    /^head\.(classifier(\.out_proj)?|score|qa_outputs)\.weight$/.test(key),
  );
  const W = upload(arrays[name!]!) as tf.Tensor2D;
  const bias = arrays[name!.replace(/weight$/, 'bias')];
  const x = output === 'tokens' ? hidden : pooled;
  const flat = tf.matMul(tf.reshape(x, [-1, W.shape[1]]), W, false, true);
  const sum = bias ? tf.add(flat, upload(bias)) : flat;
  return { hidden, logits: tf.reshape(sum, [...x.shape.slice(0, -1), W.shape[0]]) };
};

const meanCrossEntropy = (logits: tf.Tensor, labels: ArrayLike<number>): tf.Scalar => {
  const kept = Array.from(labels, (label, row) => ({ label, row })).filter(({ label }) => label >= 0);
  const rows = tf.gather(
    logits,
    tf.tensor1d(
      kept.map(({ row }) => row),
      'int32',
    ),
  ) as tf.Tensor2D;
  const truth = tf.oneHot(
    tf.tensor1d(
      kept.map(({ label }) => label),
      'int32',
    ),
    rows.shape[1],
  );
  return tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(rows), truth), -1))) as tf.Scalar;
};

/** The loss that transformers computes for this kind of output. */
const lossOf = (logits: tf.Tensor, arrays: Arrays, output: Output): tf.Scalar => {
  if (output === 'bare') return tf.mean(tf.square(logits));
  if (output === 'tokens') {
    const [start, end] = tf.unstack(logits, -1);
    const part = (side: tf.Tensor, name: string) => meanCrossEntropy(side, arrays[`labels.${name}`]!.data);
    return tf.div(tf.add(part(start!, 'start_positions'), part(end!, 'end_positions')), 2);
  }
  const labels = arrays['labels.labels']!;
  if (labels.dtype === 'float32') return tf.mean(tf.square(tf.sub(tf.reshape(logits, [-1]), upload(labels))));
  if (output === 'pooled') return meanCrossEntropy(logits, labels.data);
  const [batch, tokens, vocabulary] = logits.shape as [number, number, number];
  const shifted = Array.from(labels.data).flatMap((_, i) => ((i + 1) % tokens === 0 ? -100 : labels.data[i + 1]!));
  return meanCrossEntropy(tf.reshape(logits, [batch * tokens, vocabulary]), shifted);
};

/** Largest difference at places of valid tokens; a tensor without a token axis counts whole. */
const worst = (ours: tf.Tensor, expected: HostArray, valid: HostArray): number => {
  const perToken = ours.rank === 3;
  const width = perToken ? ours.shape[2]! : 1;
  const values = ours.dataSync<'float32'>();
  if (values.length !== expected.data.length) return Infinity;
  return values.reduce((most, value, i) => {
    const counts = !perToken || valid.data[Math.floor(i / width)] === 1;
    return counts ? Math.max(most, Math.abs(value - expected.data[i]!)) : most;
  }, 0);
};

export interface Parity {
  readonly hidden: number;
  readonly logits: number;
  readonly loss: number;
  readonly loraLogits: number;
  /** Largest over LoRA matrices of |ours - expected| / |expected| in the Euclidean norm. */
  readonly gradient: number;
  readonly matrices: number;
}

const relative = (ours: ArrayLike<number>, expected: ArrayLike<number>): number => {
  const norm = (v: readonly number[]) => Math.hypot(...v);
  return norm(Array.from(ours, (x, i) => x - expected[i]!)) / norm(Array.from(expected));
};

/**
 * Runs a case and compares with what transformers and peft computed, with LoRA's scale 2; another
 * scale must be noticed.
 */
export const compare = async (one: Case, scale = 2): Promise<Parity> => {
  const model = await openCase(one);
  const { tensors } = readSafetensors(readFileSync(join(fixtureFolder(one.folder), 'expected.safetensors')));
  const weights = await uploadAll(model);
  const result = tf.tidy(() => {
    const forward = plainForward(weights);
    const scalar = (name: string) => tensors[name]!.data[0]!;
    const bare = logitsOf(model, forward, tensors, one.output);
    const names = Object.keys(tensors).filter((key) => key.startsWith('lora.') && /lora_[AB]/.test(key));
    const short = names.map((name) => name.slice('lora.'.length).replace(/\.weight$/, ''));
    const lora = (values: readonly tf.Tensor[]) =>
      logitsOf(
        model,
        withLora(forward, Object.fromEntries(values.map((v, i) => [short[i]!, v])), scale),
        tensors,
        one.output,
      );
    const start = names.map((name) => upload(tensors[name]!));
    const { value, grads } = tf.valueAndGrads((...values: tf.Tensor[]) =>
      lossOf(lora(values).logits, tensors, one.output),
    )(start);
    const gradients = grads.map((g, i) => relative(g.dataSync(), tensors[`grad.${names[i]!.slice(5)}`]!.data));
    return {
      hidden: worst(bare.hidden, tensors['hidden']!, tensors['valid']!),
      logits: worst(bare.logits, tensors['logits']!, tensors['valid']!),
      loss: Math.max(
        Math.abs(lossOf(bare.logits, tensors, one.output).dataSync()[0]! - scalar('loss')),
        Math.abs(value.dataSync()[0]! - scalar('lora.loss')),
      ),
      loraLogits: worst(lora(start).logits, tensors['lora.logits']!, tensors['valid']!),
      gradient: Math.max(...gradients),
      matrices: names.length,
    };
  });
  tf.dispose(Object.values(weights));
  return result;
};
