/** n choose k, in floating point: large counts only need to be recognised as large. */
const choose = (n: number, k: number): number => {
  let count = 1;
  for (let i = 1; i <= k; i++) count = (count * (n - k + i)) / i;
  return Math.round(count);
};

/** All k of 0 … n - 1 as rising lists, in lexical order; null where there are more than `most`. */
export const subsets = (n: number, k: number, most = 2_000): readonly (readonly number[])[] | null => {
  if (k < 1 || k > n) return [];
  if (choose(n, k) > most) return null;
  const grow = (start: number, size: number): readonly (readonly number[])[] =>
    size === 0
      ? [[]]
      : Array.from({ length: n - size - start + 1 }, (_, i) => start + i).flatMap((first) =>
          grow(first + 1, size - 1).map((rest) => [first, ...rest]),
        );
  return grow(0, k);
};
