import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunConfig } from '@lab/records';
import { readoutProgram } from '@lab/runner';
import { onnxFile, type HostArray } from '@lab/engine';
import { singleReadout, type Single, type Trained } from './trained.ts';

export interface OnnxOptions {
  readonly run: string;
  readonly to: string;
  readonly readout?: Single;
  /** Rows of a batch. */
  readonly batch: number;
  /** Tokens of a row; the run's own maximum when left out. */
  readonly tokens?: number;
}

const prefixed = (prefix: string, arrays: { readonly [name: string]: HostArray }) =>
  Object.fromEntries(Object.entries(arrays).map(([name, array]) => [`${prefix}/${name}`, array]));

/**
 * The trained model as `model.onnx`, weights inside. Inputs, all of one fixed shape [rows, tokens]: `input_ids` int32, `attention_mask`
 * float32 (1 a token, 0 padding) and, where the model has segments, `token_type_ids` int32. Output: `logits`.
 * Returns what a user is told. Throws `BadInput` for a readout that one graph without masks cannot give.
 */
export const writeOnnx = async (
  trained: Trained,
  config: RunConfig,
  { run, to, readout, batch, tokens = config.train.maxTokens }: OnnxOptions,
): Promise<string> => {
  const { model, adapter, method, params, head } = trained;
  const pass = singleReadout(trained, config.dropout.name, readout);
  const classifier = head['classifier.weight']?.shape ?? null;
  const biEncoder = classifier !== null && classifier[1] !== model.width;
  const program = readoutProgram({ model, adapter, method, head: classifier, pass });
  const shape = [biEncoder ? 2 * batch : batch, tokens];
  const bytes = await onnxFile(
    ({ input_ids, attention_mask, token_type_ids, ...rest }) =>
      program({ ids: input_ids!, valid: attention_mask!, 'extra/types': token_type_ids!, ...rest }),
    {
      inputs: {
        input_ids: { dtype: 'int32', shape },
        attention_mask: { dtype: 'float32', shape },
        token_type_ids: { dtype: 'int32', shape },
      },
      stored: { ...prefixed('weight', await model.weights()), ...prefixed('param', { ...params, ...head }) },
      metadata: {
        run,
        model: model.name,
        readout: pass,
        pairs: biEncoder ? 'first texts, then second texts' : 'one row',
      },
    },
  );
  writeFileSync(join(to, 'model.onnx'), bytes);
  return `model.onnx: readout ${pass}, ${shape[0]} rows of ${tokens} tokens`;
};
