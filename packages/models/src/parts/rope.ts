import { BadInput } from '@lab/records';
import { tf } from '@lab/engine';
import { z } from 'zod';

const positive = z.number().positive();

/** cos and sin of the angles by which pairs of entries are rotated, [1 or B, 1, T, d]. */
export interface Rotation {
  readonly cos: tf.Tensor;
  readonly sin: tf.Tensor;
}

/** `rope_parameters`, or the older `rope_theta` and `rope_scaling`. */
export const ropeSchema = z.object({
  rope_theta: positive.optional(),
  rope_type: z.string().optional(),
  type: z.string().optional(),
  factor: positive.optional(),
  low_freq_factor: positive.optional(),
  high_freq_factor: positive.optional(),
  original_max_position_embeddings: positive.optional(),
});
export type Rope = z.infer<typeof ropeSchema>;

/**
 * Long wavelengths are stretched by `factor`, short ones stay, between them a ramp (LLaMA 3.1's
 * rule).
 */
const llama3 = (
  frequency: number,
  { factor = 1, low_freq_factor: low = 1, high_freq_factor: high = 4 }: Rope,
  original: number,
): number => {
  const wavelength = (2 * Math.PI) / frequency;
  if (wavelength < original / high) return frequency;
  if (wavelength > original / low) return frequency / factor;
  const smooth = (original / wavelength - low) / (high - low);
  return (1 - smooth) * (frequency / factor) + smooth * frequency;
};

/**
 * Angular frequencies of the d / 2 rotated pairs (Su et al. 2021, Eq. 15), with the scaling that
 * the configuration asks for. Throws `BadInput` for a scaling other than default, linear and
 * llama3.
 */
export const ropeFrequencies = (
  rope: Rope,
  headWidth: number,
  maxPositions: number,
  where: string,
): readonly number[] => {
  const kind = rope.rope_type ?? rope.type ?? 'default';
  if (!['default', 'linear', 'llama3'].includes(kind))
    throw new BadInput(`${where}: key "rope_type" is "${kind}"; allowed: default, linear, llama3`);
  if (kind !== 'default' && rope.factor === undefined)
    throw new BadInput(`${where}: key "rope_type" is "${kind}", and there is no "factor" beside it`);
  return Array.from({ length: headWidth / 2 }, (_, i) => {
    const frequency = (rope.rope_theta ?? 10_000) ** ((-2 * i) / headWidth);
    if (kind === 'linear') return frequency / (rope.factor ?? 1);
    return kind === 'llama3'
      ? llama3(frequency, rope, rope.original_max_position_embeddings ?? maxPositions)
      : frequency;
  });
};

/**
 * cos and sin of position times frequency, each [1, 1, T, d] with the d / 2 angles twice. Constants
 * of the sequence length. Frequencies and angles are rounded to float32, as the reference has them:
 * at position 4,000 that moves an angle by 1e-4.
 */
export const ropeTables = (frequencies: readonly number[], tokens: number): Rotation => {
  const half = frequencies.length;
  const table = (f: (angle: number) => number): tf.Tensor => {
    const values = Float32Array.from({ length: tokens * 2 * half }, (_, n) => {
      const position = Math.floor(n / (2 * half));
      return f(Math.fround(position * Math.fround(frequencies[n % half]!)));
    });
    return tf.tensor4d(values, [1, 1, tokens, 2 * half]);
  };
  return { cos: table(Math.cos), sin: table(Math.sin) };
};

/** Rotations by the length of texts, each made once in a pass. */
export const byTokens = (make: (tokens: number) => Rotation): ((tokens: number) => Rotation) => {
  const made = new Map<number, Rotation>();
  return (tokens) => {
    const rotation = made.get(tokens) ?? make(tokens);
    made.set(tokens, rotation);
    return rotation;
  };
};

/**
 * Rows of those tables at each row's own place, [B, 1, 1, d]. position: int32 [B], below `tokens`.
 */
export const ropeAt = (frequencies: readonly number[], tokens: number, position: tf.Tensor1D): Rotation => {
  const width = 2 * frequencies.length;
  const { cos, sin } = ropeTables(frequencies, tokens);
  const at = (table: tf.Tensor) =>
    tf.reshape(tf.gather(tf.reshape(table, [tokens, width]), position), [position.shape[0], 1, 1, width]);
  return { cos: at(cos), sin: at(sin) };
};

/**
 * Rotates entry i of each head with entry i + d / 2, as Hugging Face checkpoints are laid out. x:
 * [B, heads, T, d].
 */
export const rotate = (x: tf.Tensor4D, { cos, sin }: Rotation): tf.Tensor4D => {
  const [first, second] = tf.split(x, 2, -1);
  if (!first || !second) throw new Error('a head has two halves');
  return tf.add(tf.mul(x, cos), tf.mul(tf.concat([tf.neg(second), first], -1), sin));
};
