import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { itemAt } from '@lab/records';
import { computed, firstOf, lab, wrongRefusal, twoArms, writeStudy, type Attack } from './attack.ts';

const out = (folder: string) => ['--out', join(folder, 'out')];

/** The arms that a study's table of runs knows, or null. */
const armsIn = (folder: string): readonly string[] => {
  const rows = readFileSync(join(folder, 'out', 'attacked', 'quick', 'tables', 'runs.csv'), 'utf8')
    .trim()
    .split('\n');
  const column = itemAt(rows, 0).split(',').indexOf('label.method');
  return [...new Set(rows.slice(1).map((row) => row.split(',')[column] ?? ''))].sort();
};

export const tableAttacks: readonly Attack[] = [
  {
    name: 'H1',
    what: 'labels of an arm that are a part of another arm’s; equal labels; a label called p',
    should: 'arms are told apart; equal labels are refused',
    attempt: (folder) => {
      const part = [
        { labels: { method: 'lora' }, config: { dropout: { name: 'none' } } },
        { labels: { method: 'lora', p: 0.3 }, config: { dropout: { name: 'lora-input', p: 0.3 } } },
      ];
      const equal = part.map(({ config }) => ({ labels: { method: 'lora' }, config }));
      const refused = wrongRefusal(lab('plan', writeStudy(join(folder, 'equal'), { arms: equal })), 'same labels');
      if (refused !== null) return refused;
      const study = writeStudy(folder, { arms: part }, { baseline: { method: 'lora' } });
      const { code, said } = lab('run', study, '--workers', '1', ...out(folder));
      // A baseline that names one arm whole is that arm; a row of the table for each arm.
      if (code !== 0) return wrongRefusal({ code, said, seconds: 0 }, 'baseline');
      return /p 0\.3/.test(said) ? null : `the arm at p .3 is not told apart: ${said.slice(-400)}`;
    },
  },
  {
    name: 'H2',
    what: 'two run folders that were swapped',
    should: 'report and export refuse; run computes them again',
    attempt: (folder) => {
      const study = writeStudy(folder, { arms: twoArms });
      const ids = computed(study, folder);
      const runs = (name: string) => join(folder, 'out', 'runs', name);
      const [a, b] = [itemAt(ids, 0), itemAt(ids, 1)];
      renameSync(runs(a), runs('away'));
      renameSync(runs(b), runs(a));
      renameSync(runs('away'), runs(b));
      const to = ['--format', 'merged', '--to', join(folder, 'merged')];
      return (
        firstOf([
          wrongRefusal(lab('report', study, ...out(folder)), 'not of the run that its folder names'),
          wrongRefusal(lab('export', '--run', a, ...to, ...out(folder)), 'not of the run that its folder names'),
        ]) ?? (computed(study, folder).length >= 2 ? null : 'not computed again')
      );
    },
  },
  {
    name: 'H8',
    what: 'labels with control characters and of 100,000 characters',
    should: 'refused when the file is read',
    attempt: (folder) =>
      firstOf(
        ['a\u0001b', 'a\u2028b', 'x'.repeat(100_000)].map((method, i) =>
          wrongRefusal(
            lab('plan', writeStudy(join(folder, String(i)), { arms: [{ labels: { method }, config: {} }] })),
            'labels',
          ),
        ),
      ),
  },
  {
    name: 'H9',
    what: 'archives of empty rows and of metrics that are words',
    should: 'one sentence with the line',
    attempt: (folder) =>
      firstOf(
        ['{}\n', '{"name":"a","title":"a","question":""}\n{"record":{}}\n'].map((text, i) => {
          const own = join(folder, `archive-${i}`);
          mkdirSync(own, { recursive: true });
          writeFileSync(join(own, 'runs.jsonl.gz'), gzipSync(text));
          return wrongRefusal(lab('compare', own, own), 'runs.jsonl.gz, line');
        }),
      ),
  },
  {
    name: 'H12, labels',
    what: 'an arm that is called constructor',
    should: 'its name stands in runs.csv',
    attempt: (folder) => {
      const arms = [{ labels: { method: 'constructor' }, config: { dropout: { name: 'none' } } }];
      computed(writeStudy(folder, { arms }), folder);
      const found = armsIn(folder).join();
      return found === 'constructor' ? null : `runs.csv says ${found.slice(0, 200)}`;
    },
  },
];
