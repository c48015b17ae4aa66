import { BadInput, messageOf } from '@lab/records';
import { parquetMetadata, parquetSchema, type FileMetaData } from 'hyparquet';
import { largestPage, readInThread } from './parquet-thread.ts';
import type { Placed } from './rows.ts';

/** A row of a parquet file: cell by column name; whole numbers of 64 bits come as plain numbers. */
export type Cells = { readonly [column: string]: unknown };

/** Rows that any file may have, whatever its size; above it a file has no more rows than bytes. */
const freeRows = 200_000;

/** Bytes that any file may unpack to; above it a byte of the file stands for at most so many. */
const { bytes: freeBytes, ratio: longestRatio } = largestPage;

/** Refuses a file that is small on disk and would be large in memory. Throws `BadInput`. */
const checkSize = (path: string, { row_groups: groups, num_rows: said }: FileMetaData, size: number): void => {
  const rows = Math.max(
    Number(said),
    groups.reduce((sum, group) => sum + Number(group.num_rows), 0),
  );
  if (rows > Math.max(freeRows, size))
    throw new BadInput(`${path}: says that it has ${rows} rows in ${size} bytes; at most one row a byte is read`);
  const unpacked = groups
    .flatMap(({ columns }) => columns)
    .reduce((sum, { meta_data: meta }) => sum + Number(meta?.total_uncompressed_size ?? 0), 0);
  if (unpacked > Math.max(freeBytes, longestRatio * size))
    throw new BadInput(
      `${path}: would unpack from ${size} to ${unpacked} bytes; at most ${longestRatio} bytes for one are read`,
    );
};

const plain = (cell: unknown): unknown => (typeof cell === 'bigint' ? Number(cell) : cell);

/**
 * Rows of a parquet file, numbered from 1, with the wanted columns only (all when undefined). Any
 * codec of hyparquet-compressors. Throws `BadInput` when the bytes are not parquet, a column is
 * missing, or a small file would be large in memory.
 */
export const readParquet = async (
  path: string,
  bytes: Uint8Array,
  wanted?: readonly string[],
): Promise<readonly Placed<Cells>[]> => {
  const file = Uint8Array.from(bytes).buffer;
  try {
    const metadata = parquetMetadata(file);
    checkSize(path, metadata, bytes.byteLength);
    const columns = parquetSchema(metadata).children.map(({ element }) => element.name);
    const lacking = wanted?.find((name) => !columns.includes(name));
    if (lacking !== undefined)
      throw new BadInput(`${path}: no column "${lacking}"; the file has: ${columns.join(', ')}`);
    const rows = await readInThread(file, wanted);
    return rows.map((row, i) => ({
      line: i + 1,
      value: Object.fromEntries(Object.entries(row).map(([name, cell]) => [name, plain(cell)])),
    }));
  } catch (error) {
    if (error instanceof BadInput) throw error;
    throw new BadInput(`${path}: not a readable parquet file (${messageOf(error)})`);
  }
};
