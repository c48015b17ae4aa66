import { gzipSync } from 'node:zlib';
import { BadInput } from '@lab/records';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { readParquet } from '../src/read/parquet.ts';
import { parquet } from './fixtures.ts';

/** A file of equal rows: some kilobytes on disk, whatever their number. */
const equalRows = (rows: number): Uint8Array =>
  parquet([{ name: 'text', data: new Array<string>(rows).fill('the same text in every row'), type: 'STRING' }]);

/** 450 bytes that fuzzing found: a page tells a false number of values. */
const lyingPage = Buffer.from(
  [
    'UEFSMRUGFcAIFZ4CXBUwFQAVMBUAFQQVAAAAMAGeBFQSAAAAInF1b3RlZCIsIG51bWJlciAwUhYAADFSFgAAMlIWAAAzUhYA',
    'ADRSFgAANVIWAAA2UhYAADdSFgAAOFIWAAQ5E07cAAQxMFYXAAAxVhcAADJWFwAAM1YXAAA0VhcAADVWFwAANlYXAAA3VhcA',
    'ADhWFwBW5gAAMlbmAAAyVuYAADJW5gAEMjMVBBUQFRRMFQQVAAAACBwAAAAAAQAAABUGFQ4VElwVMBUAFTAAAAAAAAAAADAB',
    'BRABB6qqqhUEGTxIBHJvb3QVBAAVDCUCGAR0ZXh0JQAAFQIlAhgFbGFiZWwAFjAZHBksJggcFQwZFQAZGAR0ZXh0FQIWMBbu',
    'CBbMAiYIPDYAKBAicXVvdGVkIiwgbnVtYmVzGBAicXVvdGVkIiwgbnVtYmVyEhIAGRwVBhUAFQIAAAAm1AIcFQIZJQAQGRgF',
    'bGFiZWwVAhYwFmIWaiaCAybUAhw2ACgEAQAAABgEAAAAAAAZLBUEFQAVAgAVBhUQFQIAAAAW0AkWMDa2AwAoCWh5cGFycXVl',
    'dBksHAAAHAAAANsAAABQQVIx',
  ].join(''),
  'base64',
);

describe('a parquet file that is small on disk', () => {
  it('is read with as many rows as a small file may have', async () => {
    expect(await readParquet('x.parquet', equalRows(100_000))).toHaveLength(100_000);
  });

  it('is refused, at once, when it says that it has millions of rows', async () => {
    const bytes = equalRows(1_000_000);
    expect(bytes.byteLength).toBeLessThan(100_000);
    const began = performance.now();
    const read = readParquet('x.parquet', bytes);
    await expect(read).rejects.toThrow(BadInput);
    await expect(read).rejects.toThrow(
      /^x\.parquet: says that it has 1000000 rows in \d+ bytes; at most one row a byte/,
    );
    expect(performance.now() - began).toBeLessThan(1000);
  });

  it('is refused when it would unpack to far more than it has', async () => {
    const long = 'x'.repeat(2 ** 20);
    const data = Array.from({ length: 140 }, (_, i) => `${long}${i}`);
    const written = parquetWriteBuffer({
      columnData: [{ name: 'text', data, type: 'STRING' }],
      codec: 'GZIP',
      compressors: { GZIP: (bytes) => gzipSync(bytes) },
    });
    await expect(readParquet('x.parquet', new Uint8Array(written))).rejects.toThrow(
      /would unpack from \d+ to \d+ bytes; at most 256 bytes for one are read/,
    );
  });

  it('is given up after some seconds when its page would be decoded for ever', async () => {
    const read = readParquet('x.parquet', new Uint8Array(lyingPage));
    await expect(read).rejects.toThrow(BadInput);
    await expect(read).rejects.toThrow(/^x\.parquet: not a readable parquet file \(takes (longer|more memory)/);
  });
});
