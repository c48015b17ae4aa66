/**
 * From a fresh clone and a csv to a tuned comparison, with a stopwatch: writes the transcript to
 * docs/five-minutes.md and the picture of its answer beside it. The csv holds the sentences on
 * products that npm brings.
 *
 *   npm run five-minutes -- [--rows <n>] [--methods "<names>"]
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { datasets } from '@lab/datasets';
import { key } from '@lab/random';
import { home } from './readme/files.ts';

const { values: asked } = parseArgs({ options: { rows: { type: 'string' }, methods: { type: 'string' } } });

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

/** The sentences of a built-in set as a person would bring them. */
const csvOf = async (name: string, cacheDir: string): Promise<string> => {
  const { splits, task } = await datasets.build(datasets.parse({ name }), key(0), { cacheDir });
  const classes = task.kind === 'classification' ? task.classes : [];
  const rows = [...splits.train, ...splits.validation, ...splits.test].slice(0, Number(asked.rows ?? Infinity));
  return ['text,label', ...rows.map(({ text, label }) => `${quoted(text)},${classes[label] ?? ''}`), ''].join('\n');
};

interface Step {
  readonly command: string;
  readonly output: string;
  readonly seconds: number;
}

/** Runs a command as a shell would, its output and errors in the order in which they came. */
const step = (command: string, cwd: string): Step => {
  const begin = performance.now();
  const { stdout, status } = spawnSync('bash', ['-c', `${command} 2>&1`], {
    cwd,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  if (status !== 0) throw new Error(`${command} ended with ${status}:\n${stdout}`);
  return { command, output: stdout, seconds: (performance.now() - begin) / 1000 };
};

/** Output without what npm says and without most lines of progress. */
const shortened = (output: string, folder: string): string => {
  const lines = output
    .replaceAll(folder, '.')
    .split('\n')
    .filter((line) => !/^> |^npm /.test(line));
  const isProgress = (line: string | undefined): boolean => /^\[\d+\/\d+\] /.test(line ?? '');
  const kept = lines.flatMap((line, i) => {
    if (!isProgress(line) || !isProgress(lines[i - 1]) || !isProgress(lines[i + 1])) return [line];
    return isProgress(lines[i - 2]) ? [] : ['…'];
  });
  return kept
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
};

const time = (seconds: number): string =>
  seconds < 60
    ? `${Math.round(seconds)} s`
    : `${Math.floor(seconds / 60)} min ${String(Math.round(seconds) % 60).padStart(2, '0')} s`;

const scratch = mkdtempSync(join(tmpdir(), 'five-minutes-'));
const clone = join(scratch, 'lora-dropout-lab');
const [load = 0] = loadavg();
const busy = load > 1 ? ': the times are those of a busy machine' : '';
const processor = cpus()[0]?.model.trim() ?? 'unknown processor';
try {
  const cloned = step(`git clone -q ${home} lora-dropout-lab`, scratch);
  writeFileSync(join(clone, 'reviews.csv'), await csvOf('amazon', join(scratch, 'cache')));
  const steps = [
    `npm run lab -- init reviews.csv${asked.methods === undefined ? '' : ` --methods ${asked.methods}`}`,
    'npm run lab -- tune study.yaml',
    'npm run lab -- run study.yaml --tuned',
  ].map((command) => step(command, clone));
  copyFileSync(
    join(clone, 'out/reviews/quick-tuned/figures/differences-score.png'),
    join(home, 'docs/images/answer.png'),
  );
  const rows = [cloned, ...steps].map(
    ({ command, seconds }) => `| \`${command.replace(home, '<address>')}\` | ${time(seconds)} |`,
  );
  const page = [
    '# Five minutes',
    '',
    'From a fresh clone and a csv to a tuned comparison, as `npm run five-minutes` timed and wrote it.',
    'The first command also installs the packages. A person types four commands; the rest is the',
    "machine's time.",
    '',
    '| command | time |',
    '|---|--:|',
    ...rows,
    `| all | ${time([cloned, ...steps].reduce((sum, { seconds }) => sum + seconds, 0))} |`,
    '',
    `${processor}, ${availableParallelism()} threads, Node ${process.versions.node}.`,
    `When it began, ${load.toFixed(1)} other processes wanted a core${busy}.`,
    '',
    ...steps.flatMap(({ command, output, seconds }) => [
      `## ${command.split(' ').slice(4).join(' ')}`,
      '',
      `${time(seconds)}.`,
      '',
      '```text',
      `$ ${command}`,
      shortened(output, clone),
      '```',
      '',
    ]),
    '![Differences to plain LoRA with 95 % intervals](images/answer.png)',
    '',
  ].join('\n');
  writeFileSync(join(home, 'docs/five-minutes.md'), page);
  console.log('Written: docs/five-minutes.md, docs/images/answer.png');
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
