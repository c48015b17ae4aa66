/** Sizes of the networks that make the factors: rank r, width e of the embeddings, width h of the hidden layer. */
export interface Widths {
  readonly r: number;
  readonly e: number;
  readonly h: number;
}

/** tanh(E W) on the host, [r, h] row-major, in double precision. E: [r, e], W: [e, h]. */
export const hostHidden = (E: Float32Array, W: Float32Array, { r, e, h }: Widths): Float64Array =>
  Float64Array.from({ length: r * h }, (_, at) => {
    const [i, j] = [Math.floor(at / h), at % h];
    let sum = 0;
    for (let k = 0; k < e; k++) sum += E[i * e + k]! * W[k * h + j]!;
    return Math.tanh(sum);
  });

/** hidden [r, h] times a map's own output layer [h, d]: a factor [r, d], row-major. */
export const hostFactor = (hidden: Float64Array, out: Float32Array, { r, h }: Widths, d: number): Float32Array =>
  Float32Array.from({ length: r * d }, (_, at) => {
    const [i, j] = [Math.floor(at / d), at % d];
    let sum = 0;
    for (let k = 0; k < h; k++) sum += hidden[i * h + k]! * out[k * d + j]!;
    return sum;
  });
