/**
 * Processor time of reading a test split every way, with the trained update merged into the weights
 * and with the adapter run beside them in every batch, in turns. The first reading compiles.
 * `npx tsx bench/program/reading.ts [members, default 8] [rows, default 512]`
 */
import { openEngine } from '@lab/engine';
import { key } from '@lab/random';
import { median } from '@lab/report/internals';
import { openWorkshop, readAll, type Readings, type Session } from '@lab/runner';
import { movedTheta } from '../shared/moved.ts';
import { prepared } from '../shared/prepared.ts';
import { timed } from '../shared/processor.ts';

const ROUNDS = 4;
const [members = '8', count = '512'] = process.argv.slice(2);

const { config, blueprint, rows } = await prepared('imdb');
const test = rows.test.slice(0, Number(count));

/** A session of its own, so that what it compiles is not compiled already. */
const lane = async (merging: boolean) => {
  const engine = await openEngine('onnx', { threads: 1 });
  const workshop = openWorkshop(engine);
  const opened = await workshop.open(blueprint, config.train);
  const session: Session = merging ? opened : { ...opened, merge: async () => undefined };
  const theta = await movedTheta(session, key(0), key(1));
  const read = async (): Promise<{ readonly seconds: number; readonly readings: Readings }> => {
    const asked = { rows: test, members: Number(members) };
    const reading = () => readAll({ session, key: key(2), pause: async () => undefined }, theta, asked);
    const { value: readings, processor: seconds } = await timed(reading);
    return { seconds, readings };
  };
  return { read, close: () => workshop.close() };
};

const lanes = [await lane(false), await lane(true)] as const;
const first = [await lanes[0].read(), await lanes[1].read()] as const;
const later: (readonly [number, number])[] = [];
for (let round = 0; round < ROUNDS; round++)
  later.push([(await lanes[0].read()).seconds, (await lanes[1].read()).seconds]);
const outputs = ({ deterministic, meanField, members: drawn }: Readings) =>
  [deterministic, meanField ?? [], ...drawn].flat(2);
const [beside, merged] = [outputs(first[0].readings), outputs(first[1].readings)];
const apart = Math.max(...beside.map((x, i) => Math.abs(x - (merged[i] ?? NaN)) / (1 + Math.abs(x))));
const line = (what: string, [slow, fast]: readonly [number, number]): string =>
  `| ${what} | ${slow.toFixed(2)} | ${fast.toFixed(2)} | ${(fast / slow).toFixed(2)} |`;
console.log(`imdb, use-lite, ${test.length} rows, ${members} members, outputs ${apart.toExponential(1)} apart\n`);
console.log('| processor seconds | adapter in every batch | merged | ratio |\n|---|--:|--:|--:|');
console.log(line('first reading', [first[0].seconds, first[1].seconds]));
console.log(line('later readings', [median(later.map(([slow]) => slow)), median(later.map(([, fast]) => fast))]));
for (const { close } of lanes) await close();
