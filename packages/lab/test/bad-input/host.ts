/**
 * Runs the command line many times in one process: the parent sends arguments, and gets the exit
 * code and what was printed.
 */
import { format } from 'node:util';
import { checkpointCases } from './checkpoints.ts';
import { ownDataCases } from './own-data.ts';

let printed = '';
let shown = '';
const keep = (chunk: unknown): boolean => {
  printed += String(chunk);
  return true;
};
process.stderr.write = keep as typeof process.stderr.write;
process.stdout.write = ((chunk: unknown) => {
  shown += String(chunk);
  return true;
}) as typeof process.stdout.write;
console.error = (...values: readonly unknown[]) => void keep(`${format(...values)}\n`);
console.log = (...values: readonly unknown[]) => void (shown += `${format(...values)}\n`);
process.setMaxListeners(0);
process.stdout.setMaxListeners(0);

type Asked =
  | { readonly turn: number; readonly args: readonly string[] }
  | {
      readonly turn: number;
      readonly readers: 'ownData' | 'checkpoints';
      readonly index: number;
      readonly folder: string;
    };

const answer = async (
  asked: Asked,
): Promise<{ readonly code: unknown; readonly message: string; readonly shown?: string | undefined }> => {
  printed = '';
  shown = '';
  process.exitCode = 0;
  if ('readers' in asked) {
    const cases = asked.readers === 'ownData' ? ownDataCases(asked.folder) : checkpointCases(asked.folder);
    return (await cases[asked.index]?.attempt()) ?? { code: 1, message: 'no such case' };
  }
  process.argv = [process.argv[0] ?? '', 'lab', ...asked.args];
  // Another address, so that the program begins anew; what it imports stays loaded.
  await import(`../../src/main.ts?turn=${asked.turn}`);
  return { code: process.exitCode, message: printed, shown };
};

process.on('message', (asked: Asked) => {
  answer(asked).then(
    (ended) => process.send?.(ended),
    (error: unknown) => process.send?.({ code: 1, message: format(error) }),
  );
});
process.send?.('ready');
