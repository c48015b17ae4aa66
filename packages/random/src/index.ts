export {
  incompleteBeta,
  invertCdf,
  logGamma,
  normalCdf,
  normalQuantile,
  studentCdf,
  studentQuantile,
} from './distributions.ts';
export { bernoulli, bits, integer, normal, permutation, uniform } from './draws.ts';
export { fold, key, threefry, type Key } from './key.ts';
