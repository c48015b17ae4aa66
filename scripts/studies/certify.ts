/**
 * Certification by planted truth: studies of a fake trainer with known effects go through the real
 * search, evidence, tests and verdicts, and are counted. Writes docs/certification.md.
 *
 *   npx tsx scripts/studies/certify.ts [studies of each plant, default 1000]
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { certificate, type CertificateRow } from './certify/rows.ts';

const studies = Number(process.argv[2] ?? 1000);
const percent = (share: number | null): string => (share === null ? '-' : (100 * share).toFixed(1));

const line = (row: CertificateRow): string => {
  const { held, equivalent, contradicted } = row.counts;
  const shares = [held, equivalent, contradicted, row.counts['cannot tell']].map((n) => percent(n / row.studies));
  return (
    `| ` +
    `${[row.plant, row.truth, row.seeds, ...shares, percent(row.wrong), percent(row.right), row.asked].join(' | ')} |`
  );
};

const rows = await certificate(studies);
const table = [
  '| plant | truth | seeds | held | equivalent | contradicted | cannot tell | false | true | asked |',
  '|---|---|---:|---:|---:|---:|---:|---:|---:|---|',
  ...rows.map(line),
].join('\n');

mkdirSync(new URL('../../docs/', import.meta.url), { recursive: true });
writeFileSync(
  new URL('../../docs/certification.md', import.meta.url),
  `# Do the verdicts keep their word?

A fake trainer plants a known truth: accuracies by arm, with luck by seed (three points) and 100
test sentences; rows with a law of their own have a luck of five points and 400 sentences unless
they say otherwise. Its studies go through the real search, evidence, test and verdict. The claim is
"a is above b" with a margin of five points, unless the row says otherwise. Numbers are per cent of
${studies} studies; their standard error is ${percent(Math.sqrt((0.05 * 0.95) / studies))} points at 5 %.

Verdicts are about the mean over seeds. What no test of means can see with so few seeds is shown as
a limit: luck that is very skewed, and collapses that are rarer than the seeds are many. Twelve
seeds without a collapse leave a rate of up to 22 % open (1 - .05^(1/12)). A registered study is
judged at its planned number of seeds alone, and a finished run without a score forbids a verdict.

False: a verdict that the truth makes wrong. True: the verdict that the truth deserves. For the two
leak rows "contradicted" stands for "a leak was named".

${table}

Made by \`npx tsx scripts/studies/certify.ts ${studies}\`;
a small version runs in \`scripts/studies/certify.test.ts\`.
`,
);
console.log(table);
