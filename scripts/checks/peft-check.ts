/**
 * Exports a finished run of the embedded decoder as a PEFT adapter and merged, loads both into real
 * transformers and peft, and compares the losses of its first test examples with those that the run
 * stored. Needs a Python with torch, transformers, peft (bench/peer).
 *
 *   npx tsx scripts/checks/peft-check.ts --python <python> --run <id of a hiddenkey-nlg run> [--out
 *   <folder, default out>]
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runFolder } from '@lab/records';
import { openPreparer, planRun } from '@lab/runner';
import { embeddedGptFolder } from '@lab/models/internals';

const examples = 50;
const { values } = parseArgs({
  options: { python: { type: 'string' }, run: { type: 'string' }, out: { type: 'string', default: 'out' } },
});
if (values.python === undefined || values.run === undefined) {
  console.error('peft-check: --python and --run are needed');
  process.exit(2);
}
const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'peft-check-'));
const stored = runFolder(values.out, values.run);
const { config } = JSON.parse(readFileSync(join(stored, 'run.json'), 'utf8')) as { readonly config: object };
const preparer = openPreparer({ sources: { cacheDir: join(values.out, 'cache') } });
const { rows } = await preparer.prepare(planRun(config, 'peft-check').config);
const predictions = readFileSync(join(stored, 'predictions.jsonl'), 'utf8').split('\n').slice(0, examples);
const loss = new Map(
  predictions.map((line) => {
    const { id, deterministic } = JSON.parse(line) as {
      readonly id: string;
      readonly deterministic: readonly [number];
    };
    return [id, deterministic[0]];
  }),
);
const chosen = rows.test.flatMap(({ example, encoded, targetFrom }) =>
  loss.has(example.id) ? [{ ids: [...encoded[0]!.ids], targetFrom, stored: loss.get(example.id)! }] : [],
);
writeFileSync(join(folder, 'rows.json'), JSON.stringify(chosen));
const lab = ['--import', 'tsx/esm', here('../../packages/lab/src/main.ts'), 'export', '--run', values.run];
for (const format of ['peft', 'merged'])
  execFileSync(process.execPath, [...lab, '--out', values.out, '--format', format, '--to', join(folder, format)]);
const printed = execFileSync(
  values.python,
  [
    '-W',
    'ignore',
    here('peft-check.py'),
    embeddedGptFolder,
    join(folder, 'peft'),
    join(folder, 'merged'),
    join(folder, 'rows.json'),
  ],
  { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
);
rmSync(folder, { recursive: true });
const { base, peft, merged } = JSON.parse(printed) as { readonly [name: string]: number };
console.log(`Worst difference of a loss over ${chosen.length} examples, nats: the base model ${base!.toFixed(4)},`);
console.log(
  `peft with our adapter ${peft!.toExponential(1)}, ` +
    `transformers with our merged checkpoint ${merged!.toExponential(1)}`,
);
process.exitCode = peft! < 1e-3 && merged! < 1e-3 ? 0 : 1;
