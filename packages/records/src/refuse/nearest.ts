import { itemAt } from '../item.ts';

/** Edit distance of two short words. */
const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    let last = i;
    const next = [last];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      last = Math.min(itemAt(row, j) + 1, last + 1, itemAt(row, j - 1) + (same ? 0 : 1));
      next.push(last);
    }
    row = next;
  }
  return itemAt(row, b.length);
};

/** ` (did you mean "x"?)` for the closest of `names`, or nothing when none is close. */
export const nearest = (given: string, names: readonly string[]): string => {
  const best = [...names].map((name) => ({ name, d: distance(given, name) })).sort((a, b) => a.d - b.d)[0];
  return best && best.d <= Math.max(2, given.length / 3) ? ` (did you mean "${best.name}"?)` : '';
};
