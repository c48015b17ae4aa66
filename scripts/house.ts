/**
 * Counts what the rules of the house bound: `npm run house`. Casts, non-null `!`, long lines and
 * long files by project, then every breach of a rule. With `--check` nothing is printed but the
 * breaches, and one ends in exit code 1.
 */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { breachesOf } from './house/check.ts';
import { addCounts, countProjects, type CodeCounts } from './house/measure.ts';
import { readCode, readMarkdown } from './house/sources.ts';
import staged from './house/staged.json' with { type: 'json' };

const { values } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    root: { type: 'string', default: dirname(dirname(fileURLToPath(import.meta.url))) },
  },
});
const code = readCode(values.root);

const printCounts = (): void => {
  const projects = countProjects(code);
  const packages = projects.filter(({ project }) => project.startsWith('packages/'));
  const cells = (name: string, counts: CodeCounts): readonly string[] => [
    name,
    ...[counts.lines, counts.casts, counts.nonNull, counts.longCode, counts.longComments, counts.longFiles].map(String),
  ];
  const rows = [
    ['', 'lines', 'casts', '!', 'code > 120', 'comments > 100', 'files > 250'],
    ...projects.map(({ project, production }) => cells(project, production)),
    cells('packages, production', addCounts(packages.map(({ production }) => production))),
    cells('all tests', addCounts(projects.map(({ tests }) => tests))),
  ];
  for (const [name = '', ...numbers] of rows) {
    console.log([name.padEnd(20), ...numbers.map((cell) => cell.padStart(14))].join(' '));
  }
};

if (!values.check) printCounts();
// Projects that still have to be cleaned. The list only shrinks.
const isStaged = (path: string): boolean => staged.some((project) => path.startsWith(`${project}/`));
const breaches = breachesOf(code, readMarkdown(values.root)).filter(({ path }) => !values.check || !isStaged(path));
for (const { path, sentence } of breaches) console.log(`${path}: ${sentence}`);
console.log(`${breaches.length} breaches of the rules of the house`);
if (values.check && breaches.length > 0) process.exitCode = 1;
