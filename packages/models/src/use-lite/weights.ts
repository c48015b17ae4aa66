import { BadInput } from '@lab/records';
import type { Float32HostArray } from '@lab/engine';
import type { Stored } from './read.ts';
import { EMBEDDING_WIDTH, FFN_WIDTH, LAYER_WIDTHS, MAX_TOKENS, WIDTH, type Pooling } from './shape.ts';

type Weights = { readonly [name: string]: Float32HostArray };

const host = (shape: readonly number[], data: Float32Array): Float32HostArray => ({ dtype: 'float32', shape, data });

/** Columns from..to of a row-major [rows, columns] matrix. */
const columnBlock = (data: Float32Array, columns: number, from: number, to: number): Float32Array => {
  const rows = data.length / columns;
  const block = new Float32Array(rows * (to - from));
  for (let row = 0; row < rows; row++)
    block.set(data.subarray(row * columns + from, row * columns + to), row * (to - from));
  return block;
};

/**
 * sin and cos of position times inverse frequency, side by side: [128, 256]. Products are rounded
 * to float32, as the graph does.
 */
const timingTable = (inverse: Float32Array): Float32Array => {
  const table = new Float32Array(MAX_TOKENS * EMBEDDING_WIDTH);
  for (let position = 0; position < MAX_TOKENS; position++) {
    inverse.forEach((frequency, j) => {
      const angle = Math.fround(position * frequency);
      table[position * EMBEDDING_WIDTH + j] = Math.sin(angle);
      table[position * EMBEDDING_WIDTH + inverse.length + j] = Math.cos(angle);
    });
  }
  return table;
};

const ENCODE = 'KonaTransformer/Encode';
const APPLIED = `module_apply_default/Encoder_en/${ENCODE}`;

/**
 * The package's weights under the model's own names; kernels are stored [d_in, d_out] already.
 * Throws `BadInput` for a missing weight.
 */
export const nameWeights = (stored: Stored, pooling: Pooling): Weights => {
  const take = (name: string, shape: readonly number[]): Float32HostArray => {
    const tensor = stored.get(name);
    const length = shape.reduce((a, b) => a * b, 1);
    if (!tensor) throw new BadInput(`model "use-lite": weight ${name} is missing`);
    if (tensor.data.length !== length)
      throw new BadInput(
        `model "use-lite": weight ${name} has shape [${tensor.shape.join(', ')}]; expected [${shape.join(', ')}]`,
      );
    return host(shape, tensor.data);
  };
  const partitioned = (path: string, width: number) => take(`${path}/ConcatPartitions/concat`, [width]);

  const layer = (width: number, i: number): Weights => {
    const at = `${APPLIED}/Layer_${i}/TransformerLayer`;
    const kernels = `module/Encoder_en/${ENCODE}/Layer_${i}/TransformerLayer/MultiheadAttention`;
    const ffnKernel = (n: number) =>
      `${APPLIED}/TransformerStack/Layer_${i}/TransformerLayer/FFN/conv${n}/Tensordot/Reshape_1`;
    const fused = take(`${kernels}/qkv_transform_single/kernel/part_0`, [width, 3 * width]).data;
    const fusedBias = partitioned(`${at}/MultiheadAttention/qkv_transform_single/bias`, 3 * width).data;
    const block = (name: string, n: number): Weights => ({
      [`layer.${i}.attention.${name}.weight`]: host(
        [width, width],
        columnBlock(fused, 3 * width, n * width, (n + 1) * width),
      ),
      [`layer.${i}.attention.${name}.bias`]: host([width], fusedBias.slice(n * width, (n + 1) * width)),
    });
    const norm = (name: string, path: string, d: number): Weights => ({
      [`layer.${i}.${name}.norm.weight`]: partitioned(`${path}/layer_prepostprocess/layer_norm/layer_norm_scale`, d),
      [`layer.${i}.${name}.norm.bias`]: partitioned(`${path}/layer_prepostprocess/layer_norm/layer_norm_bias`, d),
    });
    return {
      ...norm('attention', at, width),
      ...block('query', 0),
      ...block('key', 1),
      ...block('value', 2),
      [`layer.${i}.attention.output.weight`]: take(`${kernels}/output_transform_single/kernel/part_0`, [width, WIDTH]),
      [`layer.${i}.attention.output.bias`]: partitioned(`${at}/MultiheadAttention/output_transform_single/bias`, WIDTH),
      ...(width === WIDTH
        ? {}
        : {
            [`layer.${i}.residual.weight`]: partitionedKernel(`${at}/dense/kernel`, [width, WIDTH]),
            [`layer.${i}.residual.bias`]: partitioned(`${at}/dense/bias`, WIDTH),
          }),
      ...norm('ffn', `${at}/FFN`, WIDTH),
      [`layer.${i}.ffn.intermediate.weight`]: take(ffnKernel(1), [WIDTH, FFN_WIDTH]),
      [`layer.${i}.ffn.intermediate.bias`]: partitioned(`${at}/FFN/conv1/bias`, FFN_WIDTH),
      [`layer.${i}.ffn.output.weight`]: take(ffnKernel(2), [FFN_WIDTH, WIDTH]),
      [`layer.${i}.ffn.output.bias`]: partitioned(`${at}/FFN/conv2/bias`, WIDTH),
    };
  };
  const partitionedKernel = (path: string, shape: readonly number[]) => take(`${path}/ConcatPartitions/concat`, shape);

  const inverse = take(`${APPLIED}/TransformerStack/Layer_0/AddTimingSignal/TimingSignal/ExpandDims_1`, [
    1,
    EMBEDDING_WIDTH / 2,
  ]);
  const head = 'module/Encoder_en/hidden_layers/tanh_layer_0';
  const embedding = stored.get('module/Embeddings_en');
  return {
    'embedding.weight': take('module/Embeddings_en', [embedding?.shape[0] ?? 0, EMBEDDING_WIDTH]),
    timing: host([MAX_TOKENS, EMBEDDING_WIDTH], timingTable(inverse.data)),
    ...Object.assign({}, ...LAYER_WIDTHS.map(layer)),
    ...(pooling === 'mean'
      ? {}
      : { 'pooler.weight': take(`${head}/weights`, [WIDTH, WIDTH]), 'pooler.bias': take(`${head}/bias`, [WIDTH]) }),
  };
};
