/**
 * Writes what the root README says of results, from results/: the sentence and picture of the
 * finding, and the table. A test compares them.
 *
 *   npm run readme
 */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readArchive, renderReport } from '@lab/report';
import { findingSpec, findingStudy } from './readme/finding.ts';
import { home } from './readme/files.ts';
import { withResults } from './readme/text.ts';

const study = readArchive(join(home, 'results', findingStudy));
if (!study) throw new Error(`results/${findingStudy} has no archive of runs`);
const scratch = mkdtempSync(join(tmpdir(), 'readme-'));
try {
  await renderReport(study, findingSpec, scratch);
  copyFileSync(join(scratch, 'figures', 'finding.png'), join(home, 'docs', 'images', 'finding.png'));
} finally {
  rmSync(scratch, { recursive: true });
}
const page = join(home, 'README.md');
writeFileSync(page, withResults(readFileSync(page, 'utf8')));
console.log(`Written: ${page}, docs/images/finding.png`);
