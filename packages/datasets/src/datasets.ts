import type { Key } from '@lab/random';
import { catalogue, type Catalogue, present } from '@lab/records';
import { amazon } from './sets/amazon/amazon.ts';
import { ax } from './sets/ax/ax.ts';
import { colaSet } from './sets/cola/cola.ts';
import type { DatasetEntry } from './sets/define.ts';
import { imdb } from './sets/imdb/imdb.ts';
import { mnli } from './sets/mnli/mnli.ts';
import { mrpc } from './sets/mrpc/mrpc.ts';
import { qnli } from './sets/qnli/qnli.ts';
import { qqp } from './sets/qqp/qqp.ts';
import { rte } from './sets/rte/rte.ts';
import { sst2 } from './sets/sst2/sst2.ts';
import { stsb } from './sets/stsb/stsb.ts';
import { wnli } from './sets/wnli/wnli.ts';
import { yelp } from './sets/yelp/yelp.ts';
import { alpaca } from './sets/alpaca/alpaca.ts';
import { boolq } from './sets/boolq/boolq.ts';
import { e2e } from './sets/e2e/e2e.ts';
import { file } from './sets/file/file.ts';
import { gloss } from './sets/gloss/gloss.ts';
import { hub } from './sets/hub/hub.ts';
import { hypernym } from './sets/hypernym/hypernym.ts';
import { mmlu } from './sets/mmlu/mmlu.ts';
import { sameSense } from './sets/same-sense/same-sense.ts';
import { squad } from './sets/squad/squad.ts';
import { squad2 } from './sets/squad2/squad2.ts';
import { supersense } from './sets/supersense/supersense.ts';
import { webnlg } from './sets/webnlg/webnlg.ts';
import { xquad } from './sets/xquad/xquad.ts';
import type { Dataset, Sources } from './types.ts';

const sets: readonly DatasetEntry[] = [
  ...[imdb, yelp, amazon, supersense, sameSense, hypernym, gloss],
  ...[colaSet, sst2, mrpc, qqp, stsb, mnli, qnli, rte, wnli, ax],
  ...[squad, squad2, xquad, boolq, mmlu, alpaca, e2e, webnlg],
  ...[file, hub],
];

/**
 * Every data set by name. One folder under sets/ for each; test/catalogue.test.ts compares the two.
 */
export const datasets: Catalogue<[key: Key, sources: Sources], Promise<Dataset>> = catalogue(
  'dataset',
  sets.map(({ entry }) => entry),
);

/** What a listing says of a data set. */
export interface DatasetDescription {
  readonly name: string;
  readonly summary: string;
  readonly counts: { readonly [what: string]: number };
  readonly metric: string;
  readonly licence: string;
  readonly from: string;
  /** Null when the data can be read here; else what is missing and how to get it. */
  readonly missing: string | null;
}

/**
 * Facts of a data set, and whether its files are there. Reads no data. Throws `BadInput` for an
 * unknown name.
 */
export const describeDataset = (name: string, sources: Sources): DatasetDescription => {
  const { summary } = datasets.find(name);
  const { missing, ...facts } = present(
    sets.find(({ entry }) => entry.name === name),
    `dataset ${name}`,
  ).facts;
  return { name, summary, ...facts, missing: missing(sources) ?? null };
};
