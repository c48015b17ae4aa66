/**
 * CodeCounts what the rules of the house bound: `npm run house`. Casts, non-null `!`, long lines and long files by project;
 * exported names with two meanings, hidden built-ins and misplaced tests by name.
 */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addCounts, countProjects, type CodeCounts } from './house/measure.ts';
import { doubleNames, shadowedBuiltIns } from './house/names.ts';
import { misplacedTests } from './house/places.ts';
import { longProse } from './house/prose.ts';
import { isTestCode, readCode, readMarkdown } from './house/sources.ts';

const root = process.argv[2] ?? dirname(dirname(fileURLToPath(import.meta.url)));
const code = readCode(root);
const production = code.filter(({ path }) => !isTestCode(path));

const projects = countProjects(code);
const packages = projects.filter(({ project }) => project.startsWith('packages/'));
const HEAD = ['', 'lines', 'casts', '!', 'code > 120', 'comments > 100', 'files > 250'];
const cells = (name: string, counts: CodeCounts): readonly string[] => [
  name,
  ...[counts.lines, counts.casts, counts.nonNull, counts.longCode, counts.longComments, counts.longFiles].map(String),
];
const rows = [
  HEAD,
  ...projects.map(({ project, production: counts }) => cells(project, counts)),
  cells('packages, production', addCounts(packages.map(({ production: counts }) => counts))),
  cells('all tests', addCounts(projects.map(({ tests }) => tests))),
];
const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
for (const row of rows) {
  console.log(row.map((cell, i) => (i === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  '));
}

const list = (what: string, lines: readonly string[]): void => {
  console.log(`\n${what}: ${lines.length}`);
  for (const line of lines) console.log(`  ${line}`);
};
const at = ({ path, line }: { readonly path: string; readonly line: number }) => `${path}:${line}`;
list(
  'Exported names with two meanings',
  doubleNames(production).map((places) => `${places[0]?.name}: ${places.map(at).join(', ')}`),
);
list(
  'Hidden built-ins',
  shadowedBuiltIns(code).map((place) => `${place.name}: ${at(place)}`),
);
list('Misplaced tests', misplacedTests(code.map(({ path }) => path)));
list(
  'Pages with prose over 100 columns',
  readMarkdown(root).flatMap((page) => {
    const { length } = longProse(page);
    return length > 0 ? [`${page.path}: ${length}`] : [];
  }),
);
