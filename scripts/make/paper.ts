/**
 * Writes docs/paper.md from scripts/make/paper/paper.md: every place `{{ file : row : column }}`
 * becomes what results/ say. With `--check` nothing is written, and a page that differs ends in
 * exit code 1; a place that cannot be filled in exit code 2.
 *
 *   npm run paper -- --check
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { filledPaper, paperPage, paperTemplate } from './paper/page.ts';

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const { text, faults } = await filledPaper();

if (faults.length > 0) {
  for (const fault of faults) console.error(`${paperTemplate}, ${fault}`);
  process.exitCode = 2;
} else if (!values.check) {
  writeFileSync(paperPage, text);
  console.log(`Written: ${paperPage}`);
} else if (readFileSync(paperPage, 'utf8') !== text) {
  console.error(`${paperPage} is not what results/ say: npm run paper`);
  process.exitCode = 1;
}
