import { fold, permutation, type Key } from '@lab/random';

/** How many of n trials go on when a share `keep` does: at least one. */
export const keptOf = (n: number, keep: number): number => Math.max(1, Math.min(n, Math.ceil(n * keep - 1e-9)));

/**
 * Indices of the trials that go on: the `count` lowest losses, in rising order of index. A loss
 * that is not finite comes last.
 */
export const promoted = (losses: readonly number[], count: number): readonly number[] =>
  losses
    .map((loss, i) => ({ i, loss: Number.isFinite(loss) ? loss : Infinity }))
    .sort((a, b) => a.loss - b.loss || a.i - b.i)
    .slice(0, count)
    .map(({ i }) => i)
    .sort((a, b) => a - b);

/** Validation losses of one trial by epoch: entry e is the loss after e + 1 epochs. */
export type LossCurve = readonly number[];

export interface Halving {
  readonly rungs: readonly number[];
  readonly keep: number;
}

/** What halving does with trials whose whole curves are known. */
export interface Replay {
  /** Trials that go on after each rung. */
  readonly promotions: readonly (readonly number[])[];
  /** The trial with the lowest last loss among those that were never stopped. */
  readonly winner: number;
  /** Share of the epochs of all trials that are not trained, 0 to 1. */
  readonly saved: number;
}

/** Successive halving (Jamieson and Talwalkar 2016) over known curves of equal length. */
export const replayHalving = (curves: readonly LossCurve[], { rungs, keep }: Halving): Replay => {
  const epochs = Math.max(0, ...curves.map((curve) => curve.length));
  let going = curves.map((_, i) => i);
  let trained = 0;
  let before = 0;
  const promotions = rungs.map((rung) => {
    trained += going.length * (rung - before);
    before = rung;
    const losses = going.map((i) => curves[i]?.[rung - 1] ?? Infinity);
    going = promoted(losses, keptOf(going.length, keep)).map((at) => going[at] ?? at);
    return going;
  });
  trained += going.length * (epochs - before);
  const last = going.map((i) => curves[i]?.at(-1) ?? Infinity);
  const [best = 0] = promoted(last, 1);
  const all = curves.length * epochs;
  return { promotions, winner: going[best] ?? 0, saved: all === 0 ? 0 : 1 - trained / all };
};

/** How halving would have done over many random parts of a search, measured by replay. */
export interface ReplaySummary {
  readonly replays: number;
  /** Share of replays in which the trial with the lowest last loss had been stopped. */
  readonly missed: number;
  /** Mean excess of the winner's last loss over the lowest, loss units. */
  readonly regret: number;
  readonly saved: number;
}

/** Replays halving on random subsets of `size` trials, drawn from a key. */
export const replayMany = (
  curves: readonly LossCurve[],
  halving: Halving & { readonly size: number },
  stream: { readonly key: Key; readonly replays: number },
): ReplaySummary => {
  const size = Math.min(halving.size, curves.length);
  const all = Array.from({ length: stream.replays }, (_, r) => {
    const some = [...permutation(fold(stream.key, r), curves.length)].slice(0, size).map((i) => curves[i] ?? []);
    const { winner, saved } = replayHalving(some, halving);
    const lowest = Math.min(...some.map((curve) => curve.at(-1) ?? Infinity));
    return { saved, regret: (some[winner]?.at(-1) ?? Infinity) - lowest };
  });
  const share = (of: (r: (typeof all)[number]) => number) => all.reduce((sum, r) => sum + of(r), 0) / all.length;
  return {
    replays: all.length,
    missed: share(({ regret }) => Number(regret > 0)),
    regret: share(({ regret }) => regret),
    saved: share(({ saved }) => saved),
  };
};
