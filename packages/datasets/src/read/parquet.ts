import { BadInput } from '@lab/records';
import { parquetMetadata, parquetReadObjects, parquetSchema } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import type { Placed } from './rows.ts';

/** A row of a parquet file: cell by column name; whole numbers of 64 bits come as plain numbers. */
export type Cells = { readonly [column: string]: unknown };

const plain = (cell: unknown): unknown => (typeof cell === 'bigint' ? Number(cell) : cell);

/**
 * Rows of a parquet file, numbered from 1, with the wanted columns only (all when undefined). Any
 * codec of hyparquet-compressors. Throws `BadInput` when the bytes are not parquet or a column is
 * missing.
 */
export const readParquet = async (
  path: string,
  bytes: Uint8Array,
  wanted?: readonly string[],
): Promise<readonly Placed<Cells>[]> => {
  const file = Uint8Array.from(bytes).buffer;
  try {
    const metadata = parquetMetadata(file);
    const columns = parquetSchema(metadata).children.map(({ element }) => element.name);
    const lacking = wanted?.find((name) => !columns.includes(name));
    if (lacking !== undefined)
      throw new BadInput(`${path}: no column "${lacking}"; the file has: ${columns.join(', ')}`);
    const rows = await parquetReadObjects({ file, metadata, compressors, ...(wanted ? { columns: [...wanted] } : {}) });
    return rows.map((row, i) => ({
      line: i + 1,
      value: Object.fromEntries(Object.entries(row).map(([name, cell]) => [name, plain(cell)])),
    }));
  } catch (error) {
    if (error instanceof BadInput) throw error;
    throw new BadInput(
      `${path}: not a readable parquet file (${error instanceof Error ? error.message : String(error)})`,
    );
  }
};
