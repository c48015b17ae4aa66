import { itemAt } from '@lab/records';
import { fold } from '@lab/random';
import { check, type Context } from '../check.ts';
import { citeLoraDropout } from '../papers.ts';
import { standardReadings } from '../real/readings.ts';
import { atMost, noted, rounding64, type CheckRow } from '../row.ts';
import { average } from '@lab/metrics';
import { averageLogits, averageProbabilities } from './combine.ts';
import { brierRows, negLogLikelihood, zeroOne } from './measures.ts';
import { syntheticMembers, type Members } from './synthetic.ts';

const losses = { 'cross-entropy': negLogLikelihood, Brier: brierRows, 'zero-one': zeroOne } as const;
const averages = {
  logits: averageLogits,
  probabilities: averageProbabilities,
} as const;

interface Case {
  readonly loss: keyof typeof losses;
  readonly averaged: keyof typeof averages;
}

/** Loss of the averaged output minus mean loss of the members, of every example. */
const excess = ({ members, labels, classes }: Members, { loss, averaged }: Case): Float64Array => {
  const of = losses[loss];
  const own = members.map((z) => of(z, labels, classes));
  return of(averages[averaged](members, classes), labels, classes).map(
    (l, i) => l - average(own.map((o) => itemAt(o, i))),
  );
};

/** Every combination that is convex in what is averaged. */
const convex: readonly Case[] = [
  { loss: 'cross-entropy', averaged: 'logits' },
  { loss: 'cross-entropy', averaged: 'probabilities' },
  { loss: 'Brier', averaged: 'probabilities' },
];

const notConvex: readonly Case[] = [{ loss: 'zero-one', averaged: 'logits' }];

const sources = async (context: Context): Promise<readonly (Members & { readonly source: string })[]> => {
  const drawn = syntheticMembers(context.key, fold(context.key, 'members'), 8, 2);
  const rows = [{ ...drawn, source: 'random logits' }];
  if (!context.material) return rows;
  const { rate } = context.material;
  return [...rows, { ...(await standardReadings(context, 'dropout', rate)), source: `real model, p = ${rate}` }];
};

export const jensen = check({
  name: 'jensen',
  group: 'ensemble',
  claim:
    'The loss of the averaged output is at most the average loss, for every example, where the loss is ' +
    'convex in what is averaged.',
  cite: citeLoraDropout('Theorem 4.5'),
  prediction: 'largest excess over examples <= 0',
  procedure:
    'cross-entropy of mean logits and of mean probabilities, Brier of mean probabilities; random members and real ones',
  limits: 'a weak inequality: it promises no gain; it says nothing of accuracy, and Brier is not convex in logits',
  formula: convex,
  perturbed: {
    change: 'the zero-one loss, which is not convex, in the place of cross-entropy',
    formula: notConvex,
  },
  measure: sources,
  rows: (sets, cases) => [
    ...sets.flatMap((members) =>
      cases.map((one): CheckRow => {
        const over = excess(members, one);
        const at = { source: members.source, loss: one.loss, averaged: one.averaged, M: members.members.length };
        // Losses are of the size of the largest logit; a mean of M of them and a log-sum-exp.
        const rounding = rounding64(50, 8 * members.members.length);
        return atMost('largest excess of an example', at, 0, Math.max(...over), { rounding });
      }),
    ),
    ...sets.map((members) => {
      const over = excess(members, { loss: 'Brier', averaged: 'logits' });
      const share = average(over.map((x) => (x > 1e-12 ? 1 : 0)));
      return noted('share of examples where averaged logits have the worse Brier', { source: members.source }, share);
    }),
  ],
});
