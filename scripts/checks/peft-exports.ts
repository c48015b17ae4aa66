/**
 * Trains tiny runs of every adapter that PEFT has and of every family with a classification head,
 * and runs with a span head; exports them as PEFT's adapters or as the LoRA of the ranks that
 * remain; opens each with real transformers and peft, and compares the logits with the run's. Skips
 * without a Python that has torch, transformers and peft.
 *
 *   npx tsx scripts/checks/peft-exports.ts --python <python> [--models bert --models roberta]
 *     [--formats lora]
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { letters, tinyCheckpoint } from '@lab/lab/testing';
import { readPredictions, readRecord } from '@lab/records';
import { KINDS, type Kind } from './exports/kinds.ts';
import { logitsOf } from './exports/logits.ts';

const tolerance = 1e-4;
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

const texts = ['tea', 'noise', 'eat', 'sand', 'on', 'shore', 'lime', 'mud'];
const idsOf = (text: string): readonly number[] => [...text].map((letter) => letters.indexOf(letter));

interface Case {
  readonly name: string;
  readonly base: string;
  readonly adapter: string;
  readonly task: Kind['task'];
  readonly rows: readonly { readonly ids: readonly number[]; readonly logits: readonly number[] }[];
}

const lab = (...args: readonly string[]): void => {
  const entry = ['--import', 'tsx/esm', here('../../packages/lab/src/main.ts')];
  execFileSync(process.execPath, [...entry, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
};

/** Rows of a task: a text and its class, or a letter that is looked for in a text. */
const rowsOf = (task: Kind['task']): readonly object[] =>
  task === 'classes'
    ? texts.map((text, i) => ({ text, label: i % 2 === 0 ? 'x' : 'y' }))
    : texts.map((context) => {
        const answer = context.slice(-1);
        return { text: answer, context, answer, answer_start: context.length - 1 };
      });

/** An experiment whose arms are the adapters of a kind. */
const studyOf = (folder: string, { model, task, adapters }: Kind): object => {
  const file = join(folder, `${task}.jsonl`);
  writeFileSync(
    file,
    rowsOf(task)
      .map((row) => JSON.stringify(row))
      .join('\n'),
  );
  const files = { name: 'file', train: file, validation: file, test: file };
  const asked =
    task === 'classes'
      ? { dataset: { ...files, classes: ['x', 'y'] }, model: { name: model }, head: 'fine-tuning' }
      : {
          dataset: { ...files, task: 'extractive-qa', columns: { pair: 'context', target: 'answer' } },
          model: { name: model, pooling: 'cls' },
          qa: { stride: 2, questionTokens: 2 },
        };
  const train = { epochs: 3, batchSize: 4, maxTokens: 8, lr: 0.02 };
  const arms = Object.entries(adapters).map(([name, adapter]) => ({ labels: { adapter: name }, config: { adapter } }));
  const base = { ...asked, dropout: { name: 'none' }, train };
  return { name: 'peft-exports', scales: { tiny: { base, arms, seeds: [0] } } };
};

/** The arm that a run's options come from: the one that says most of them. */
const armOf = ({ adapters }: Kind, options: object): string => {
  const same = Object.entries(adapters).filter(([, given]) =>
    Object.entries(given).every(([key, value]) => JSON.stringify(Reflect.get(options, key)) === JSON.stringify(value)),
  );
  const [most] = same.sort(([, a], [, b]) => Object.keys(b).length - Object.keys(a).length);
  return most?.[0] ?? 'unknown';
};

/** What a run puts out for some texts: as it stored them, or computed from what it stored. */
const outputsOf = async (out: string, run: string, base: string, task: Kind['task']): Promise<Case['rows']> => {
  if (task === 'classes')
    return readPredictions(out, run).map(({ id, deterministic }) => ({
      ids: idsOf(texts[Number(/\d+$/.exec(id)?.[0])] ?? ''),
      logits: deterministic,
    }));
  const rows = texts.map(idsOf);
  const logits = await logitsOf(out, run, base, rows);
  return rows.map((ids, i) => ({ ids, logits: logits[i] ?? [] }));
};

/** The runs of a kind, trained and exported. */
const casesOf = async (whole: string, kind: Kind): Promise<readonly Case[]> => {
  const { model, fixture, format, task } = kind;
  const folder = mkdtempSync(join(whole, `${model}-`));
  const base = tinyCheckpoint(fixture, join(folder, fixture));
  const [study, out] = [join(folder, 'study.json'), join(folder, 'out')];
  writeFileSync(study, JSON.stringify(studyOf(folder, kind)));
  lab('run', study, '--scale', 'tiny', '--weights', base, '--out', out, '--workers', '1');
  const order = Object.keys(kind.adapters);
  const runs = readdirSync(join(out, 'runs'))
    .map((run) => ({ run, arm: armOf(kind, readRecord(out, run)?.config.adapter ?? {}) }))
    .sort((a, b) => order.indexOf(a.arm) - order.indexOf(b.arm));
  return Promise.all(
    runs.map(async ({ run, arm }): Promise<Case> => {
      const adapter = join(folder, run);
      lab('export', '--run', run, '--format', format, '--to', adapter, '--weights', base, '--out', out);
      const name = [model, ...(task === 'span' ? ['span head'] : []), arm, format].join(', ');
      return { name, base, adapter, task, rows: await outputsOf(out, run, base, task) };
    }),
  );
};

const compared = (python: string, folder: string, cases: readonly Case[]) => {
  const file = join(folder, 'cases.json');
  writeFileSync(file, JSON.stringify(cases));
  const printed = execFileSync(python, [here('peft-exports.py'), file], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(printed) as readonly { readonly name: string; readonly bare: number; readonly peft: number }[];
};

const main = async (python: string, models: readonly string[], formats: readonly string[]): Promise<number> => {
  const folder = mkdtempSync(join(tmpdir(), 'peft-exports-'));
  try {
    const asked = KINDS.filter(({ model }) => models.length === 0 || models.includes(model)).filter(
      ({ format }) => formats.length === 0 || formats.includes(format),
    );
    const cases: Case[] = [];
    for (const kind of asked) cases.push(...(await casesOf(folder, kind)));
    const found = compared(python, folder, cases);
    console.log('| export | PEFT | without the adapter |\n|---|--:|--:|');
    for (const { name, bare, peft } of found)
      console.log(`| ${name} | ${peft.toExponential(1)} | ${bare.toExponential(1)} |`);
    const bad = found.filter(({ bare, peft }) => !(peft < tolerance) || !(bare > tolerance));
    console.log(`${found.length} exports; ${bad.length} differ by more than ${tolerance}`);
    return bad.length === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
};

const hasPeft = (python: string): boolean => {
  try {
    execFileSync(python, ['-c', 'import torch, transformers, peft'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

const several = { type: 'string', multiple: true, default: [] as string[] } as const;
const { values } = parseArgs({
  options: { python: { type: 'string', default: 'python3' }, models: several, formats: several },
});
if (hasPeft(values.python)) process.exitCode = await main(values.python, values.models, values.formats);
else
  console.log(`peft-exports: skipped; ${values.python} has no torch, transformers and peft (--python names another)`);
