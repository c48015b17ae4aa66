import { join } from 'node:path';
import { BadInput, writeWhole } from '@lab/records';
import {
  allStatementRows,
  drawStatement,
  statementRows,
  statementTable,
  toCsv,
  toMarkdown,
  toTerminal,
  type Table,
} from '@lab/report';
import { checks, runChecks, Z, type Check, type CheckResult } from '@lab/theory';
import { openMaterial, plannedRuns } from '../compose/train/material.ts';
import { printJson } from '../terminal/print.ts';
import { conclude, trainAll, type TrainOptions } from '../compose/train/train.ts';

export interface TheoryOptions extends TrainOptions {
  /** Where tables and figures go. */
  readonly to: string;
  /** Key of every draw of the checks; the two trained adapters stay those of seed 0. */
  readonly seed: number;
  /** Names of the checks to run; default: all. */
  readonly only?: readonly string[];
  readonly json: boolean;
}

const chosen = (only: readonly string[] | undefined): readonly Check[] => {
  const unknown = only?.find((name) => checks.every((check) => check.name !== name));
  if (unknown !== undefined)
    throw new BadInput(`--only: no check "${unknown}"; allowed: ${checks.map(({ name }) => name).join(', ')}`);
  return only ? checks.filter(({ name }) => only.includes(name)) : checks;
};

const summaryOf = (results: readonly CheckResult[], caption: string): Table =>
  statementTable(results, { caption, errors: Z });

const write = async (results: readonly CheckResult[], folder: string, caption: string): Promise<readonly string[]> => {
  const files: string[] = [];
  const put = (name: string, content: string | Uint8Array) => {
    writeWhole(join(folder, name), content);
    files.push(join(folder, name));
  };
  const measured = results.filter(({ found }) => found);
  put('table.md', [summaryOf(results, caption), ...measured.map(statementRows)].map(toMarkdown).join('\n'));
  put('table.csv', toCsv(allStatementRows(measured)));
  for (const { check, found } of measured) {
    const plots = check.panels(found?.rows ?? []).filter(({ points }) => points.length > 0);
    if (plots.length === 0) continue;
    const { svg, png } = await drawStatement(plots, check.claim);
    put(`figures/${check.name}.svg`, svg);
    put(`figures/${check.name}.png`, png);
  }
  return files;
};

/**
 * What the checks found, as data: how many rows of each verdict, or why there are none; every row
 * is in table.csv.
 */
export const theoryData = (results: readonly CheckResult[], caption: string, files: readonly string[]) => ({
  caption,
  checks: results.map(({ check: { group, name, claim }, found, skipped, seconds }) => {
    const verdicts: { [verdict: string]: number } = {};
    for (const { verdict } of found?.rows ?? []) verdicts[verdict] = (verdicts[verdict] ?? 0) + 1;
    return { group, name, claim, verdicts, skipped, seconds };
  }),
  files,
});

/**
 * `lab theory`: trains the two small adapters that some checks look at (once; finished runs are
 * kept), measures every statement, prints one table and writes all rows and figures. Exit code 1
 * where a theorem or identity fails.
 */
export const theory = async (options: TheoryOptions): Promise<void> => {
  const { seed } = options;
  const wanted = chosen(options.only);
  const trained = await trainAll(plannedRuns(), options);
  const code = conclude(trained);
  process.exitCode = code;
  if (code !== 0) return;
  const { material, reason } = await openMaterial(options);
  const { engine } = material.session;
  console.error(`Engine: ${engine.name} (${reason})`);
  try {
    const results = await runChecks({
      checks: wanted,
      seed,
      budget: 'quick',
      material,
      onResult: ({ check: { group, name }, seconds }) => console.error(`${group} / ${name}: ${seconds.toFixed(1)} s`),
    });
    const caption = `Real model: ${material.description}; LoRA Dropout at p = ${material.rate}. Seed ${seed}.`;
    const files = await write(results, options.to, caption);
    if (options.json) printJson(theoryData(results, caption, files));
    else {
      console.log(toTerminal(summaryOf(results, caption)));
      console.log(files.map((file) => `  ${file}`).join('\n'));
    }
    const spent = results.reduce((total, { seconds }) => total + seconds, 0);
    console.error(`${wanted.length} checks, ${spent.toFixed(0)} s of processor time`);
    const failed = results.filter(({ found }) => found?.rows.some(({ verdict }) => verdict === 'fails'));
    if (failed.length > 0) process.exitCode = 1;
  } finally {
    await engine.close();
  }
};
