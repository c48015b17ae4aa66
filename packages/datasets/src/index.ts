export { datasets, describeDataset, type DatasetDescription } from './datasets.ts';
export { tableCells } from './sets/own-rows.ts';
export { openTable, type OwnTable } from './sets/file/file.ts';
export type { Cells } from './read/parquet.ts';
export { hubFetch } from './hub/fetch.ts';
export { distinct, fingerprint } from './shape/fingerprint.ts';
export { lengths, type Lengths } from './shape/lengths.ts';
export { overlap, type Overlap } from './shape/overlap.ts';
export type { Dataset, Example, FetchFile, HubFile, Sources, Splits } from './types.ts';
