import * as tf from '@tensorflow/tfjs';
import type { Engine, Program } from '../engine.ts';
import { floats } from '../host.ts';

/**
 * Widths of the square products that are timed, smallest first; a slow engine never meets the large
 * ones.
 */
const WIDTHS = [128, 512, 1536] as const;
/** Products in a row inside one run, so that few bytes cross the engine's border. */
const CHAIN = 4;
/** Seconds of one run beyond which no larger width is tried. */
const ENOUGH = 0.05;

type Factors = { readonly x: tf.Tensor2D; readonly w: tf.Tensor2D };
type Product = Program<Factors, { readonly last: tf.Tensor2D }>;

/** GFLOP/s of an engine in matrix products, the best of a few runs; a second or less. */
export async function measureSpeed(engine: Engine): Promise<number> {
  const program: Product = engine.program(({ x, w }: Factors) => {
    let y = x;
    for (let i = 0; i < CHAIN; i++) y = tf.matMul(y, w);
    return { last: tf.slice(y, [0, 0], [1, 1]) };
  });
  let best = 0;
  try {
    for (const width of WIDTHS) {
      const seconds = await secondsOf(engine, program, width);
      best = Math.max(best, (CHAIN * 2 * width ** 3) / seconds / 1e9);
      if (seconds > ENOUGH) break;
    }
  } finally {
    program.dispose();
  }
  return best;
}

/** The least of three runs after one that warms up. */
async function secondsOf(engine: Engine, program: Product, width: number): Promise<number> {
  const square = (value: number) => floats(new Float32Array(width * width).fill(value), [width, width]);
  const inputs = { x: engine.put(square(1)), w: engine.put(square(1 / width)) };
  const times: number[] = [];
  for (let run = 0; run < 4; run++) {
    const before = performance.now();
    const { last } = await program.run(inputs);
    await engine.get(last);
    times.push((performance.now() - before) / 1000);
    engine.free([last]);
  }
  engine.free(inputs);
  return Math.min(...times.slice(1));
}
