/**
 * Every fault that the runner must survive, each with real processes, many times; prints the table of packages/runner/README.md.
 *
 *   npm run faults [-- kills, default 200]
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lab } from '../packages/lab/test/cli.ts';
import { damageCheckpoints, damageRecords, stopGently } from '../packages/lab/test/faults/damage.ts';
import { cannotMount, fillDisk, lockFolder } from '../packages/lab/test/faults/disk.ts';
import { killAtRandom } from '../packages/lab/test/faults/kills.ts';
import { tableOf, type Row } from '../packages/lab/test/faults/row.ts';
import { jumpClock, shareFolder, takeOver } from '../packages/lab/test/faults/sharing.ts';
import { openStudy } from '../packages/lab/test/faults/study.ts';

const kills = Number(process.argv[2] ?? 200);
const readme = fileURLToPath(new URL('../packages/runner/README.md', import.meta.url));
const [begin, end] = ['<!-- faults -->', '<!-- /faults -->'];

const study = openStudy(4);
const under = (name: string) => join(study.root, name);
const [short, long] = [under('whole-short'), under('whole-long')];
for (const [scale, out] of [
  ['short', short],
  ['long', long],
] as const) {
  const { code, stderr } = await lab('worker', study.file, '--scale', scale, '--out', out);
  if (code !== 0) throw new Error(stderr);
}

const rows: Row[] = [];
const add = (row: Row): void => {
  rows.push(row);
  console.error(tableOf([row]).split('\n')[2]);
};
add(await stopGently(study, long, under('stop'), 5));
add(await damageRecords(study, short, under('damage'), true));
add(await damageCheckpoints(study, long, under('checkpoint')));
add(await shareFolder(study, short, under('shared'), 3));
add(await jumpClock(study, short, under('clock')));
add(await takeOver(study, short, under('silent')));
const unable = cannotMount();
if (unable !== null) console.error(`Full and read-only disks are skipped: ${unable}`);
else {
  add(fillDisk(study, short, ['300k', '700k', '1500k', '2500k']));
  add(lockFolder(study, short));
}
add(await killAtRandom(study, short, { kills, seed: 0 }));
study.remove();

const table = tableOf(rows);
console.log(table);
const text = readFileSync(readme, 'utf8');
const [from, to] = [text.indexOf(begin), text.indexOf(end)];
if (from >= 0 && to > from)
  writeFileSync(readme, `${text.slice(0, from + begin.length)}\n\n${table}\n\n${text.slice(to)}`);
const bad = rows.filter(({ lost, twice, unequal }) => lost + twice + unequal > 0);
process.exitCode = bad.length > 0 ? 1 : 0;
