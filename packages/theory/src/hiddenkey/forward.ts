import { itemAt } from '@lab/records';
import { methods, perturbWith, planMasks } from '@lab/dropout';
import { fold, integer, normal, type Key } from '@lab/random';
import { openEngine, readFloats, tf } from '@lab/engine';
import { check, pick } from '../check.ts';
import { citeHiddenKey } from '../papers.ts';
import { range } from '../real/batch.ts';
import { equal, rounding32, rounding64, type CheckRow } from '../row.ts';
import { dropAttentionWeights, dropKeyWeights, keptSum, type DroppedRow } from './attention.ts';

const keys = 6;

const drawn = (key: Key, count: number): readonly DroppedRow[] =>
  range(count).map((i) => ({
    logits: Float64Array.from(normal(fold(fold(key, 'logits'), i), keys), (x) => 2 * x),
    m: integer(fold(fold(key, 'dropped'), i), keys),
  }));

/**
 * Both methods of the catalogue on the same logits and the same mask, in single precision: [cases,
 * keys].
 */
const catalogue = async (cases: readonly DroppedRow[]) => {
  const shape = [1, 1, cases.length, keys] as const;
  const place = { path: 'attention', layer: 0 };
  const planOf = (name: string, site: 'attention.logits' | 'attention.weights') => {
    const { noise } = methods.build(methods.parse({ name, p: 0.5, structure: 'element' }));
    return planMasks(noise, [{ site, place, shape }], 1);
  };
  const [onLogits, onWeights] = [planOf('dropkey', 'attention.logits'), planOf('dropattention', 'attention.weights')];
  const engine = await openEngine('js');
  const program = engine.program(({ logits, keep }) => {
    const masks = { [onLogits[0]!.name]: keep!, [onWeights[0]!.name]: keep! };
    return {
      key: tf.softmax(perturbWith(onLogits, masks)('attention.logits', place, logits!), -1),
      attention: perturbWith(onWeights, masks)('attention.weights', place, tf.softmax(logits!, -1)),
    };
  });
  const outputs = await program.run({
    logits: { dtype: 'float32', shape, data: Float32Array.from(cases.flatMap(({ logits }) => Array.from(logits))) },
    keep: {
      dtype: 'bool',
      shape,
      data: Uint8Array.from(cases.flatMap(({ m }) => range(keys).map((i) => (i === m ? 0 : 1)))),
    },
  });
  const both = { key: await readFloats(engine, outputs.key), attention: await readFloats(engine, outputs.attention) };
  await engine.close();
  return both;
};

const largest = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.max(...range(a.length).map((i) => Math.abs(itemAt(a, i) - itemAt(b, i))));

export const forwardEquality = check({
  name: 'forward-equality',
  group: 'hiddenkey',
  claim: 'DropKey and DropAttention with normalised rescale are the same function of the logits.',
  cite: citeHiddenKey('Eq. 4-6, 13'),
  prediction: 'largest difference of a weight = 0',
  procedure:
    'random rows of six keys with one dropped: the formulas in double precision, and both methods of the ' +
    'catalogue in single precision',
  limits: 'none; without the rescale the weights do not sum to one',
  formula: keptSum,
  perturbed: { change: 'no rescale', formula: () => 1 },
  measure: async (context) => {
    const cases = drawn(context.key, pick(context, { smoke: 20, quick: 200 }));
    return { cases, outputs: await catalogue(cases) };
  },
  rows: ({ cases, outputs }, rescale): readonly CheckRow[] => {
    // The smallest kept sum enters as a divisor.
    const divisor = 1 / Math.min(...cases.map(keptSum));
    const off = Math.max(...cases.map((c) => largest(dropKeyWeights(c), dropAttentionWeights(c, rescale(c)))));
    const single = Float64Array.from(outputs.attention, (w, i) => {
      const c = itemAt(cases, Math.floor(i / keys));
      return (w * keptSum(c)) / rescale(c);
    });
    return [
      equal('largest difference of weights', { arithmetic: 'double, formulas' }, 0, off, {
        rounding: rounding64(divisor, 8 * keys),
      }),
      equal('largest difference of weights', { arithmetic: 'single, catalogue' }, 0, largest(outputs.key, single), {
        rounding: rounding32(divisor, 4 * keys),
      }),
    ];
  },
});
