import { noNoise } from '@lab/adapter';
import { generationScores } from '@lab/metrics';
import { meanFieldScale } from '@lab/dropout';
import { generate, meanLogits, openDecoder, type Decoder } from '@lab/models';
import type { Evaluation, Prediction, Readout } from '@lab/records';
import { readFloats, type Handle } from '@lab/engine';
import { bucketFor, chunks, evaluationOrder, makeBatch } from '../step/batches.ts';
import { languageModel, promptOf } from '../session/causal.ts';
import type { Reader } from './evaluate.ts';
import { memberMasks } from '../step/masks.ts';
import { testNoise, type Pass } from '../step/programs.ts';
import type { Row } from '../session/row.ts';

/** One way of reading: its programs and how many members are averaged. */
interface Way {
  readonly readout: Readout;
  readonly pass: Pass;
  readonly members: number;
}

/** Deterministic, with the expected update where it differs, and as an ensemble where the method is tested so. */
const waysOf = ({ blueprint }: Reader, members: number): readonly Way[] => {
  const { method, model } = blueprint;
  const scale = meanFieldScale(method.noise, model.layers);
  const ensemble = members > 0 && method.evaluate.readout.startsWith('ensemble');
  return [
    { readout: 'deterministic', pass: 'deterministic', members: 1 },
    ...(scale === undefined || scale === noNoise
      ? []
      : [{ readout: 'mean-field', pass: 'mean-field', members: 1 } as const]),
    ...(ensemble ? [{ readout: 'ensemble-logits', pass: 'member', members } as const] : []),
  ];
};

/** Loss in nats of one batch's reference tokens, row by row, from the members' mean logits. */
const ensembleLosses = async (
  reader: Reader,
  theta: Handle,
  batch: ReturnType<typeof makeBatch>,
  index: number,
  members: number,
) => {
  const { workshop, programs, blueprint, weights, key } = reader;
  const { labels, weights: shares, ...seen } = batch.arrays;
  const drawn: Float32Array[] = [];
  for (let member = 0; member < members; member++) {
    await reader.pause();
    const masks = memberMasks(blueprint, testNoise(blueprint), batch, { key, member, index });
    const { outputs } = await programs.predict.member.run({ theta, ...seen, ...masks, ...weights });
    drawn.push(await readFloats(workshop.engine, outputs!));
    workshop.engine.free([outputs!]);
  }
  const [mean] = meanLogits(drawn.map((logits) => [logits]));
  const vocabulary = mean!.length / labels!.data.length;
  return batch.indices.map((_, b) => {
    let sum = 0;
    for (let at = b * batch.tokens; at < (b + 1) * batch.tokens; at++) {
      if (!(shares!.data[at]! > 0)) continue;
      const row = mean!.subarray(at * vocabulary, (at + 1) * vocabulary);
      const most = row.reduce((a, x) => Math.max(a, x), -Infinity);
      sum += most + Math.log(row.reduce((a, x) => a + Math.exp(x - most), 0)) - row[labels!.data[at]!]!;
    }
    return sum;
  });
};

/** Summed loss of every row's reference tokens, in the order of `rows`. */
const lossesOf = async (reader: Reader, theta: Handle, rows: readonly Row[], way: Way): Promise<readonly number[]> => {
  const { workshop, programs, blueprint, weights, batchSize, maxTokens } = reader;
  const losses: number[] = Array.from({ length: rows.length });
  for (const [index, indices] of chunks(evaluationOrder(rows), batchSize).entries()) {
    await reader.pause();
    const batch = makeBatch(rows, indices, { size: batchSize, maxTokens, task: blueprint.task });
    const found = async () => {
      if (way.pass === 'member') return ensembleLosses(reader, theta, batch, index, way.members);
      const { outputs } = await programs.predict[way.pass].run({ theta, ...batch.arrays, ...weights });
      const { data } = await workshop.engine.get(outputs!);
      workshop.engine.free([outputs!]);
      return data;
    };
    const got = await found();
    indices.forEach((row, b) => {
      losses[row] = got[b]!;
    });
  }
  return losses;
};

/** Several decoders as one: the mean of their next-token logits (LoRA Dropout, section 3.3, token by token). */
const together = (decoders: readonly Decoder[]): Decoder => {
  const each = async (ask: (decoder: Decoder) => Promise<readonly Float32Array[]>) => {
    const answers: (readonly Float32Array[])[] = [];
    for (const decoder of decoders) answers.push(await ask(decoder));
    return meanLogits(answers);
  };
  return {
    start: (prompts) => each((decoder) => decoder.start(prompts)),
    next: (tokens, parents) => each((decoder) => decoder.next(tokens, parents)),
  };
};

/** Texts written on from every row's prompt, in the order of `rows`. */
const writtenBy = async (reader: Reader, theta: Handle, rows: readonly Row[], way: Way): Promise<readonly string[]> => {
  const { workshop, programs, blueprint, weights, batchSize, maxTokens, key } = reader;
  const model = languageModel(blueprint.model);
  const { generation } = blueprint.texts!;
  const tokens = bucketFor(Math.max(...rows.map((row) => row.targetFrom!)), maxTokens);
  const texts: string[] = Array.from({ length: rows.length });
  for (const [index, indices] of chunks(evaluationOrder(rows), batchSize).entries()) {
    const decoders = Array.from({ length: way.members }, (_, member) =>
      openDecoder({
        engine: workshop.engine,
        start: programs.write[way.pass].start,
        next: programs.write[way.pass].next,
        room: generation.maxNewTokens,
        pad: () => tokens,
        more: (pass, count, length) => {
          const batch = { lengths: new Int32Array(count).fill(length), tokens: length };
          const at = { key, member, index: `write/${index}/${pass}` };
          const masks = way.pass === 'member' ? memberMasks(blueprint, testNoise(blueprint), batch, at) : {};
          return { theta, ...weights, ...masks };
        },
      }),
    );
    // The last batch is filled up, so that shapes repeat.
    const filled = Array.from({ length: batchSize }, (_, b) => rows[indices[b] ?? indices[0]!]!);
    try {
      const paused = { ...together(decoders) };
      const next: Decoder['next'] = async (...args) => {
        await reader.pause();
        return paused.next(...args);
      };
      const all = await generate({ ...paused, next }, filled.map(promptOf), { ends: model.ends, options: generation });
      indices.forEach((row, b) => {
        texts[row] = model.decode(all[b]!).trim();
      });
    } finally {
      decoders.forEach((decoder) => decoder.close());
    }
  }
  return texts;
};

/** Metrics and predictions of a text-to-text split. Losses are read everywhere; texts are written for test sets alone. */
export const assessTexts = async (
  reader: Reader,
  theta: Handle,
  split: Evaluation['split'],
  rows: readonly Row[],
  members: number,
): Promise<{ readonly evaluations: readonly Evaluation[]; readonly predictions: readonly Prediction[] }> => {
  const counts = rows.map(({ encoded, targetFrom }) => Math.max(0, encoded[0]!.ids.length - targetFrom!));
  const total = counts.reduce((a, b) => a + b, 0);
  const evaluations: Evaluation[] = [];
  const texts: { readout: Readout; written: readonly string[] }[] = [];
  let deterministic: readonly number[] = [];
  for (const way of waysOf(reader, members)) {
    const losses = await lossesOf(reader, theta, rows, way);
    if (way.readout === 'deterministic') deterministic = losses;
    const nll = total === 0 ? null : losses.reduce((a, b) => a + b, 0) / total;
    const written = split === 'train' || split === 'validation' ? null : await writtenBy(reader, theta, rows, way);
    if (written) texts.push({ readout: way.readout, written });
    const scored = written?.map((hypothesis, i) => ({ hypothesis, references: rows[i]!.example.references ?? [''] }));
    evaluations.push({
      split,
      readout: way.readout,
      members: way.members,
      examples: rows.length,
      metrics: { nll, ...(scored ? generationScores(scored) : {}) },
    });
  }
  const predictions = rows.map(({ example }, i) => ({
    id: example.id,
    label: 0,
    deterministic: [Number((deterministic[i]! / Math.max(1, counts[i]!)).toPrecision(7))],
    texts: Object.fromEntries(texts.map(({ readout, written }) => [readout, written[i]!])),
    references: example.references ?? [],
  }));
  return { evaluations, predictions };
};
