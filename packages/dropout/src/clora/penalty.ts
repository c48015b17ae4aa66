import { fold, key } from '@lab/random';
import { BadInput } from '@lab/records';
import { tf, type Params } from '@lab/engine';
import { orthonormalRows } from './orthonormal.ts';

/**
 * λ Σ over modules ½ (||A V||_F² + ||Bᵀ U||_F²), with A [r, d_in], B [d_out, r] and fixed
 * orthonormal columns V [d_in, k], U [d_out, k] (CLoRA). Modules are found by the names
 * `<path>.lora_A` and `<path>.lora_B`; directions are folded from the seed and those names. Throws
 * `BadInput` where k exceeds a module's width or there is no such module.
 */
export const nullSpacePenalty = (k: number, lambda: number, seed: number): ((params: Params) => tf.Scalar) => {
  const root = fold(key(seed), 'clora');
  // The same directions at every step: each is drawn once. Host numbers only, no tensor is kept.
  const known = new Map<string, Float32Array>();
  const directions = (name: string, d: number): tf.Tensor2D => {
    if (k > d) throw new BadInput(`dropout (clora): key "k" may not exceed ${d}, the width of ${name}; got ${k}`);
    const frame = known.get(name) ?? orthonormalRows(fold(root, name), k, d);
    known.set(name, frame);
    return tf.tensor2d(frame, [k, d]);
  };
  return (params) => {
    const terms = Object.entries(params).flatMap(([name, value]) => {
      const wide = name.endsWith('.lora_A') ? value : name.endsWith('.lora_B') ? tf.transpose(value) : undefined;
      if (!wide) return [];
      const [, width = 0] = wide.shape;
      return [tf.sum(tf.square(tf.matMul(wide, tf.transpose(directions(name, width)))))];
    });
    if (terms.length === 0)
      throw new BadInput('dropout (clora): this adapter has no lora_A and lora_B matrices to regularise');
    return tf.mul<tf.Scalar>(
      terms.reduce((a, b) => tf.add(a, b)),
      lambda / 2,
    );
  };
};
