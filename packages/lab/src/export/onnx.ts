import { join } from 'node:path';
import { BadInput, writeWhole, type RunConfig } from '@lab/records';
import { readoutProgram } from '@lab/runner';
import { onnxFile, type tf } from '@lab/engine';
import { singleReadout, type Single, type FinishedRun } from './trained.ts';

export interface OnnxOptions {
  readonly run: string;
  readonly to: string;
  readonly readout?: Single;
  /** Rows of a batch. */
  readonly batch: number;
  /** Tokens of a row; the run's own maximum when left out. */
  readonly tokens?: number;
}

/** What the file is asked for, and what lies in it. */
type Inputs = Omit<Parameters<ReturnType<typeof readoutProgram>>[0], 'batch'> & {
  readonly input_ids: tf.Tensor2D;
  readonly attention_mask: tf.Tensor2D;
  readonly token_type_ids: tf.Tensor2D;
};

/**
 * The trained model as `model.onnx`, weights inside. Inputs, all of one fixed shape [rows, tokens]:
 * `input_ids` int32, `attention_mask` float32 (1 a token, 0 padding) and, where the model has
 * segments, `token_type_ids` int32. Output: `logits`. Returns what a user is told. Throws
 * `BadInput` for a readout that one graph without masks cannot give.
 */
export const writeOnnx = async (
  trained: FinishedRun,
  config: RunConfig,
  { run, to, readout, batch, tokens = config.train.maxTokens }: OnnxOptions,
): Promise<string> => {
  const { blueprint, params } = trained;
  const { model, biEncoder } = blueprint;
  const pass = singleReadout(trained, config.dropout.name, readout);
  const program = readoutProgram(blueprint, pass);
  if (tokens > model.maxTokens)
    throw new BadInput(`--tokens: the model ${model.name} reads at most ${model.maxTokens} tokens; got ${tokens}`);
  if (batch * tokens > 2 ** 20)
    throw new BadInput(`--batch: ${batch} rows of ${tokens} tokens are too many; at most ${2 ** 20} tokens in all`);
  const rows = biEncoder ? 2 * batch : batch;
  const shape = [rows, tokens];
  const bytes = await onnxFile(
    ({ input_ids: ids, attention_mask: valid, token_type_ids: types, ...stored }: Inputs) =>
      program({ batch: { ids, valid, extra: { types } }, ...stored }),
    {
      inputs: {
        input_ids: { dtype: 'int32', shape },
        attention_mask: { dtype: 'float32', shape },
        token_type_ids: { dtype: 'int32', shape },
      },
      stored: { frozen: await model.weights(), params },
      metadata: {
        run,
        model: model.name,
        readout: pass,
        pairs: biEncoder ? 'first texts, then second texts' : 'one row',
      },
    },
  );
  writeWhole(join(to, 'model.onnx'), bytes);
  return `model.onnx: readout ${pass}, ${rows} rows of ${tokens} tokens`;
};
