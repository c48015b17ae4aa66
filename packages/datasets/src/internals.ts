/**
 * What benchmarks and scripts take apart. Packages import each other through their index alone;
 * lint keeps it so.
 */
export { glossPool } from './sets/gloss/gloss.ts';
export { synsets } from './wordnet/parse.ts';
