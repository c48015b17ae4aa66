import { average } from '@lab/metrics';
import { averageLogits, softmaxRows } from './combine.ts';

/**
 * ½ tr(H Cov z), averaged over examples: the gain of averaged logits to second order. H = diag(p) -
 * p pᵀ is the Hessian of log-sum-exp at the mean logits, Cov the members' covariance (divided by M,
 * as the finite ensemble has it).
 */
export const secondOrderGain = (members: readonly Float64Array[], classes: number): number => {
  const centre = averageLogits(members);
  const p = softmaxRows(centre, classes);
  const perMember = members.map((z) => {
    const total: number[] = [];
    for (let at = 0; at < z.length; at += classes) {
      let [first, second] = [0, 0];
      for (let c = at; c < at + classes; c++) {
        const d = z[c]! - centre[c]!;
        first += p[c]! * d;
        second += p[c]! * d * d;
      }
      total.push((second - first ** 2) / 2);
    }
    return average(total);
  });
  return average(perMember);
};
