import { itemAt } from '@lab/records';
type Words = readonly string[];

/** How the hypothesis is rewritten into the reference, one word at a time. */
export type Edit = 'keep' | 'replace' | 'insert' | 'delete';

/**
 * Edit distance in words and the edits of one shortest rewriting; of equal ones keep or replace is
 * preferred, then delete, then insert.
 */
export const edits = (
  hypothesis: Words,
  reference: Words,
): { readonly distance: number; readonly path: readonly Edit[] } => {
  const width = reference.length + 1;
  const cost = new Int32Array((hypothesis.length + 1) * width);
  const step = new Array<Edit>(cost.length).fill('insert');
  for (let j = 1; j < width; j++) cost[j] = j;
  for (let i = 1; i <= hypothesis.length; i++) {
    for (let j = 0; j < width; j++) {
      const at = i * width + j;
      const same = j > 0 && hypothesis[i - 1] === reference[j - 1];
      cost[at] = itemAt(cost, at - width) + 1;
      step[at] = 'delete';
      if (j === 0) continue;
      const across = itemAt(cost, at - width - 1) + (same ? 0 : 1);
      const inserted = itemAt(cost, at - 1) + 1;
      if (across <= itemAt(cost, at)) [cost[at], step[at]] = [across, same ? 'keep' : 'replace'];
      if (inserted < itemAt(cost, at)) [cost[at], step[at]] = [inserted, 'insert'];
    }
  }
  const path: Edit[] = [];
  for (let i = hypothesis.length, j = reference.length; i > 0 || j > 0;) {
    const edit = itemAt(step, i * width + j);
    path.push(edit);
    if (edit !== 'insert') i--;
    if (edit !== 'delete') j--;
  }
  return { distance: itemAt(cost, cost.length - 1), path: path.reverse() };
};

/**
 * Which words of each side an edit path touches, and for each reference word the hypothesis
 * position it lies at or after.
 */
export const alignment = (path: readonly Edit[]) => {
  const hypothesisWrong: boolean[] = [];
  const referenceWrong: boolean[] = [];
  const at: number[] = [];
  for (const edit of path) {
    if (edit !== 'insert') hypothesisWrong.push(edit !== 'keep');
    if (edit === 'delete') continue;
    at.push(hypothesisWrong.length - 1);
    referenceWrong.push(edit !== 'keep');
  }
  return { at, hypothesisWrong, referenceWrong };
};
