import { tf, floats } from '@lab/engine';
import type { Linear } from './adapter.ts';
import type { HostParams } from './host-params.ts';
import type { LinearSpec } from './model.ts';
import { floatsAt } from './named.ts';
import { affine } from './pass/affine.ts';

/**
 * The parts of a fused map, each as a map of its own: outputs [from, from + dOut) of the whole.
 * LoRA puts a pair on each part that is trained (`enable_lora` of Hu et al. 2021's code).
 */
export const partsOfMap = (spec: LinearSpec): readonly LinearSpec[] => {
  const { parts = [], ...whole } = spec;
  const dOut = spec.dOut / parts.length;
  return parts.map((name, i) => ({
    ...whole,
    path: `${spec.path}.${name}`,
    dOut,
    within: { path: spec.path, from: i * dOut },
  }));
};

/** Outputs [from, from + size) of a map. */
const cut = ({ W, b }: Linear, from: number, size: number): Linear => ({
  W: tf.slice(W, [0, from], [W.shape[0], size]),
  ...(b ? { b: tf.slice(b, [from], [size]) } : {}),
});

/**
 * A fused map of which some parts are adapted, in rising order: x [B, T, d_in] -> [B, T, d_out].
 * `adapted` computes a part from the frozen map of that part; outputs between them stay frozen.
 */
export const fusedLinear = (
  parts: readonly LinearSpec[],
  x: tf.Tensor,
  base: Linear,
  adapted: (part: LinearSpec, base: Linear) => tf.Tensor,
): tf.Tensor => {
  const total = base.W.shape[1];
  const outputs: tf.Tensor[] = [];
  let done = 0;
  const frozenUpTo = (end: number): void => {
    if (end > done) outputs.push(affine(x, cut(base, done, end - done)));
    done = end;
  };
  for (const part of parts) {
    const from = part.within?.from ?? 0;
    frozenUpTo(from);
    outputs.push(adapted(part, cut(base, from, part.dOut)));
    done = from + part.dOut;
  }
  frozenUpTo(total);
  return tf.concat(outputs, -1);
};

/** Copies columns [from, from + width) between a matrix of `total` columns and one of `width`. */
const copyColumns = (
  whole: Float32Array,
  part: Float32Array,
  { from, width, total, back }: { from: number; width: number; total: number; back: boolean },
): void => {
  for (let row = 0; row * total < whole.length; row++) {
    const [inWhole, inPart] = [row * total + from, row * width];
    if (back) whole.set(part.subarray(inPart, inPart + width), inWhole);
    else part.set(whole.subarray(inWhole, inWhole + width), inPart);
  }
};

/** Tensors of a fused map that a part has a share of: the kernel [d_in, d_out] and the bias. */
const TENSORS = ['weight', 'bias'] as const;

/** Weights with those of every targeted part beside them, under the part's own path. */
export const withParts = (targets: readonly LinearSpec[], weights: HostParams): HostParams => {
  const cuts = targets.flatMap(({ path, within, dOut: width }) => {
    if (!within) return [];
    return TENSORS.flatMap((kind) => {
      const whole = weights[`${within.path}.${kind}`];
      if (!whole) return [];
      const total = whole.shape.at(-1) ?? 0;
      const shape = [...whole.shape.slice(0, -1), width];
      const part = new Float32Array((whole.data.length / total) * width);
      copyColumns(whole.data, part, { from: within.from, width, total, back: false });
      return [[`${path}.${kind}`, floats(part, shape)] as const];
    });
  });
  return { ...weights, ...Object.fromEntries(cuts) };
};

/**
 * The reverse: every part is written back into a copy of its fused map. A part of a tensor that the
 * fused map lacks (a bias) stays under its own name.
 */
export const withoutParts = (targets: readonly LinearSpec[], weights: HostParams): HostParams => {
  const shares = targets.flatMap(({ path, within, dOut: width }) =>
    within
      ? TENSORS.map((kind) => ({ part: `${path}.${kind}`, whole: `${within.path}.${kind}`, from: within.from, width }))
      : [],
  );
  const written = shares.filter(({ part, whole }) => weights[part] && weights[whole]);
  const copies = Object.fromEntries(
    written.map(({ whole }) => [whole, floats(floatsAt(weights, whole).slice(), weights[whole]?.shape)] as const),
  );
  for (const { part, whole, from, width } of written) {
    const total = copies[whole]?.shape.at(-1) ?? 0;
    copyColumns(floatsAt(copies, whole), floatsAt(weights, part), { from, width, total, back: true });
  }
  const done = new Set(written.map(({ part }) => part));
  return { ...Object.fromEntries(Object.entries(weights).filter(([name]) => !done.has(name))), ...copies };
};
