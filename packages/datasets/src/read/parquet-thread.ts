import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';

/** Seconds that reading may take, whatever the size, and for every megabyte more. */
const [LEAST, EACH] = [4, 4];
/** Megabytes of objects that reading may hold, whatever the size, and for every megabyte more. */
const [SMALL, GROWS] = [768, 64];
/** Bytes that a page of the file may unpack to, and those that one packed byte may stand for. */
export const largestPage = { bytes: 2 ** 27, ratio: 256 };

const { resolve } = createRequire(import.meta.url);

/** What the thread does, in plain JavaScript: threads begin without a loader of TypeScript. */
const program = `
const { parentPort, workerData } = require('node:worker_threads');
const { library, codecs, file, columns, largest } = workerData;
(async () => {
  const { parquetReadObjects } = await import(library);
  const { compressors } = await import(codecs);
  const bounded = Object.fromEntries(Object.entries(compressors).map(([codec, unpack]) => [codec, (input, length) => {
    if (length > Math.max(largest.bytes, largest.ratio * input.length))
      throw new Error('a page of ' + input.length + ' bytes says that it unpacks to ' + length);
    return unpack(input, length);
  }]));
  parentPort.postMessage('begins');
  const wanted = columns ? { columns } : {};
  parentPort.postMessage({ rows: await parquetReadObjects({ file, compressors: bounded, ...wanted }) });
})().catch((error) => parentPort.postMessage({ error: String(error?.message ?? error) }));
`;

type Said =
  'begins' | { readonly rows: readonly { readonly [column: string]: unknown }[] } | { readonly error: string };

/**
 * Rows of a parquet file, read in a thread of its own: a page that lies about its number of values
 * can make a decoder run for hours or fill the memory, and a thread can be ended. Throws when the
 * file cannot be read, or takes longer or more memory than a file of its size may.
 */
export const readInThread = async (
  file: ArrayBuffer,
  columns?: readonly string[],
): Promise<readonly { readonly [column: string]: unknown }[]> => {
  const megabytes = file.byteLength / 2 ** 20;
  const seconds = LEAST + EACH * Math.floor(megabytes);
  const worker = new Worker(program, {
    eval: true,
    workerData: {
      library: resolve('hyparquet'),
      codecs: resolve('hyparquet-compressors'),
      file,
      columns: columns && [...columns],
      largest: largestPage,
    },
    resourceLimits: { maxOldGenerationSizeMb: SMALL + GROWS * Math.ceil(megabytes) },
  });
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise((done, fail) => {
      worker.on('error', (error: NodeJS.ErrnoException) =>
        fail(
          error.code === 'ERR_WORKER_OUT_OF_MEMORY'
            ? new Error('takes more memory than a file of its size may')
            : error,
        ),
      );
      worker.on('message', (said: Said) => {
        if (said === 'begins')
          timer = setTimeout(
            () => fail(new Error(`takes longer to read than a file of its size may (${seconds} s)`)),
            seconds * 1000,
          );
        else if ('error' in said) fail(new Error(said.error));
        else done(said.rows);
      });
    });
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
};
