import type { BadCase } from './outcome.ts';
import type { CommandLine } from './command-line.ts';

const TRAIN = ['run', 'compare', '--scale', 'smoke'];
const counts = ['0', '-1', '1.5', 'x', '', 'NaN', '1e400'];
const amounts = ['0', '-1', 'x', '', 'NaN', 'Infinity'];

/** Arguments that no command takes. */
export const argumentCases = (lab: CommandLine, out: string): readonly BadCase[] => {
  const of = (args: readonly string[], ...names: readonly (string | RegExp)[]): BadCase => ({
    group: 'command line',
    name: args.map((arg) => JSON.stringify(arg)).join(' '),
    names,
    attempt: () => lab(...args),
  });
  const option = (flag: string, values: readonly string[], allowed: string | RegExp) =>
    values.map((value) => of([...TRAIN, '--out', out, flag, value], flag, allowed));
  return [
    ...['--workers', '--threads', '--attempts', '--limit'].flatMap((flag) =>
      option(flag, counts, 'whole number from 1'),
    ),
    ...['--timeout', '--memory', '--grace'].flatMap((flag) => option(flag, amounts, 'a number above 0')),
    ...option('--share', ['3', '1/0', '2/1', '-1/2', 'a/b', '1/', ''], 'for example 3/16'),
    ...option('--engine', ['abacus', '', 'ONNX'], 'auto'),
    ...['huge', '', '__proto__', 'Smoke'].map((scale) =>
      of(['plan', 'compare', '--scale', scale], `"${scale}"`, 'smoke'),
    ),
    ...['sensitivty', '', '__proto__', 'compare,ablation'].map((name) => of(['plan', name], name, /compare/)),
    ...['cakes', '__proto__', 'constructor', ''].map((kind) => of(['list', kind], `"${kind}"`, 'methods')),
    ...['trian', '__proto__', 'toString'].map((command) => of([command], command)),
    of(['plan'], 'experiments'),
    of(['plan', 'compare', '--colour', 'red'], '--colour'),
    of(['plan', 'compare', '--scale'], '--scale'),
    of(['compare', 'a'], "'b'"),
    of(['export', '--format', 'peft', '--to', out], '--run'),
    of(['export', '--run', 'x', '--to', out], '--format'),
    of(['export', '--run', 'x', '--format', 'tar', '--to', out], '--format', 'peft'),
    of(['export', '--run', '../x', '--format', 'peft', '--to', out, '--out', out], '"../x"', 'letters'),
    of(['export', '--run', 'nobody', '--format', 'peft', '--to', out, '--out', out], 'nobody'),
    of(['theory', '--seed', '-1'], '--seed', 'whole number from 0'),
    of(['theory', '--only', 'nothing', '--out', out, '--to', out], 'nothing'),
    of(['submit', 'compare', '--scheduler', 'cron'], '--scheduler', 'slurm'),
    of(['plan', 'compare', '--set', 'train'], 'key=value'),
    of(['plan', 'compare', '--set', '=1'], 'key=value'),
    of(['plan', 'compare', '--model', 'gpt9'], '"gpt9"'),
    of(['plan', 'compare', '--weights', `${out}/nowhere`], 'nowhere'),
  ];
};
