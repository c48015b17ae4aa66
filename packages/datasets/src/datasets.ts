import type { Key } from '@lab/random';
import { catalogue, type Catalogue } from '@lab/records';
import { amazon } from './sets/amazon/amazon.ts';
import { imdb } from './sets/imdb/imdb.ts';
import { yelp } from './sets/yelp/yelp.ts';
import type { Dataset, Sources } from './types.ts';

/** Every data set by name. One folder under sets/ for each; test/catalogue.test.ts compares the two. */
export const datasets: Catalogue<[key: Key, sources: Sources], Promise<Dataset>> = catalogue('dataset', [
  imdb,
  yelp,
  amazon,
]);
