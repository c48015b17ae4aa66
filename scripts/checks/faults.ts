/**
 * Every fault that the runner must survive, each with real processes, many times; prints the table
 * of packages/runner/README.md.
 *
 *   npm run faults [-- --kills 200 --minutes 60 --only
 *   stop|damage|checkpoint|shared|clock|moved|silent|full|read-only|writes|kills|input]
 *
 * After --minutes no more kills are made. A fault that --only leaves out keeps its line in the
 * table.
 */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import {
  cannotLimit,
  cannotMount,
  cannotMoveClock,
  corpusTable,
  damageCheckpoints,
  damageRecords,
  fillAtEveryWrite,
  fillDisk,
  jumpClock,
  killAtRandom,
  lab,
  lockFolder,
  moveClock,
  openStudy,
  type Row,
  shareFolder,
  stopGently,
  tableOf,
  takeOver,
  tryBadInput,
} from '@lab/lab/testing';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    minutes: { type: 'string', default: 'Infinity' },
    only: { type: 'string' },
  },
});
const { only } = values;
const [kills, minutes] = [Number(values.kills), Number(values.minutes)];
const readme = fileURLToPath(new URL('../../packages/runner/README.md', import.meta.url));
const [begin, end] = ['<!-- faults -->', '<!-- /faults -->'];

if (only === undefined || only === 'input') {
  const corpus = await tryBadInput(mkdtempSync(join(tmpdir(), 'bad-input-')));
  console.log(corpusTable(corpus));
  for (const [name, wrong] of corpus.wrong) console.error(`${name}: ${wrong}`);
  if (corpus.wrong.size > 0) process.exitCode = 1;
  if (only === 'input') process.exit();
}

type Faults = { readonly [name: string]: () => Promise<Row> | Row };

const study = openStudy(4);
const under = (name: string) => join(study.root, name);
const [short, long] = [under('whole-short'), under('whole-long')];
const whole = async (scale: string, out: string): Promise<void> => {
  const { code, stderr } = await lab('worker', study.file, '--scale', scale, '--out', out, '--workers', '2');
  if (code !== 0) throw new Error(stderr);
};
await whole('short', short);
if (only !== 'kills') await whole('long', long);

/** What is tried where this machine can, and else named as skipped. */
const whereItCan = (unable: string | null, faults: Faults): Faults => {
  if (unable === null) return faults;
  console.error(`Skipped: ${Object.keys(faults).join(', ')}: ${unable}`);
  return {};
};

const faults: Faults = {
  stop: () => stopGently(study, long, under('stop'), 5),
  damage: () => damageRecords(study, short, under('damage'), true),
  checkpoint: () => damageCheckpoints(study, long, under('checkpoint')),
  shared: () => shareFolder(study, short, under('shared'), 3),
  clock: () => jumpClock(study, short, under('clock')),
  silent: () => takeOver(study, short, under('silent')),
  ...whereItCan(cannotMoveClock(), { moved: () => moveClock(study, short, under('moved')) }),
  ...whereItCan(cannotMount(), {
    full: () => fillDisk(study, short, ['300k', '700k', '1500k', '2500k']),
    'read-only': () => lockFolder(study, short),
  }),
  ...whereItCan(cannotLimit(), { writes: () => fillAtEveryWrite(study, long) }),
  kills: () => killAtRandom({ study, whole: short, kills, minutes, seed: 0 }),
};

const rows: Row[] = [];
for (const [name, attempt] of Object.entries(faults))
  if (only === undefined || only === name) {
    const row = await attempt();
    rows.push(row);
    console.error(tableOf([row]).split('\n')[2]);
  }
study.remove();

console.log(tableOf(rows));
const text = readFileSync(readme, 'utf8');
const [from, to] = [text.indexOf(begin) + begin.length, text.indexOf(end)];
const before = text.slice(from, to).split('\n');
const isNew = (line: string) => rows.some(({ fault }) => line.startsWith(`| ${fault} (`));
const kept = before.filter((line) => line.startsWith('|')).slice(2);
const [head, rule, ...tried] = tableOf(rows).split('\n');
const lines = [head, rule, ...kept.filter((line) => !isNew(line)), ...tried];
writeFileSync(readme, `${text.slice(0, from)}\n\n${lines.join('\n')}\n\n${text.slice(to)}`);
const bad = rows.filter(({ lost, twice, unequal }) => lost + twice + unequal > 0);
if (bad.length > 0) process.exitCode = 1;
