/**
 * Changes valid files of every kind that comes from outside, and reads them: each has to be read or
 * refused in one sentence, in five seconds and half a gigabyte.
 *
 *   npm run fuzz [-- --seconds 60 --seed 0 --only gguf --turn 17]
 *
 * Equal seeds give equal files; --only with --turn reads one file again.
 */
import { parseArgs } from 'node:util';
import { fuzz, fuzzTable } from '@lab/lab/testing';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: '0' },
    only: { type: 'string' },
    turn: { type: 'string' },
  },
});
const { only, turn } = values;
const tallies = await fuzz({
  seconds: Number(values.seconds),
  seed: Number(values.seed),
  ...(only === undefined ? {} : { only: { target: only, ...(turn === undefined ? {} : { turn: Number(turn) }) } }),
  onWrong: (text) => console.error(text),
});
console.log(fuzzTable(tallies));
if (tallies.some(({ wrong }) => wrong.length > 0)) process.exitCode = 1;
