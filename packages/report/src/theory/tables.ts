import { column, text, type TableEntry, type Table } from '../tables/table.ts';
import type { RowVerdict, StatementResult, StatementRow } from './statement.ts';

const verdictOrder: readonly RowVerdict[] = [
  'holds',
  'fails',
  'agrees',
  'disagrees',
  'inconclusive',
  'vacuous',
  'noted',
];

/** Four significant digits, short for very large and very small. */
const digits = (x: number): string => {
  if (x === 0 || !Number.isFinite(x)) return String(x);
  const size = Math.abs(x);
  return size >= 1e6 || size < 1e-3 ? x.toExponential(2) : String(Number(x.toPrecision(4)));
};

const numeric = (x: number | null): TableEntry =>
  x === null ? { text: 'n/a', sort: null } : { text: digits(x), sort: x };

const where = (at: StatementRow['at']): string =>
  Object.entries(at)
    .map(([axis, value]) => `${axis} = ${typeof value === 'number' ? digits(value) : value}`)
    .join(', ');

/** Counts of verdicts of the rows that a measurement tests, and of statements about the formula. */
const counted = (rows: readonly StatementRow[]): string => {
  const tested = rows.filter(({ formulaAlone }) => !formulaAlone);
  const alone = rows.length - tested.length;
  return verdictOrder
    .map((verdict) => [verdict, tested.filter((row) => row.verdict === verdict).length] as const)
    .filter(([, n]) => n > 0)
    .map(([verdict, n]) => `${n} ${verdict === 'noted' ? 'measured' : verdict}`)
    .concat(alone > 0 ? [`${alone} about the formula alone`] : [])
    .join(', ');
};

/** Largest deviation of an equality, as a share of its tolerance. */
const worst = (rows: readonly StatementRow[]): TableEntry => {
  const shares = rows.flatMap(({ relation, predicted, measured, tolerance }) => {
    if (relation !== '=' || predicted === null) return [];
    const off = Math.abs(measured - predicted);
    return [off === 0 ? 0 : off / tolerance];
  });
  return numeric(shares.length === 0 ? null : Math.max(...shares));
};

/** How many of the judged rows the wrong formula gets wrong: what a verdict could have seen. */
const control = (results: readonly StatementResult[]): string => {
  const judged = results
    .flatMap(({ found }) => found?.perturbed ?? [])
    .filter(({ relation, formulaAlone }) => relation !== 'none' && !formulaAlone);
  if (judged.length === 0) return 'n/a';
  const wrong = judged.filter(({ verdict }) => verdict === 'fails' || verdict === 'disagrees').length;
  return `${wrong} of ${judged.length} (${Math.round((100 * wrong) / judged.length)} %)`;
};

/**
 * One line for each check. `errors`: standard errors that a measurement may lie off its prediction.
 */
export const statementTable = (
  results: readonly StatementResult[],
  { caption, errors }: { readonly caption: string; readonly errors: number },
): Table => ({
  name: 'summary',
  title: 'Statements of the papers, predicted and measured',
  caption,
  columns: [
    column('group', 'group', 'left'),
    column('check', 'check', 'left'),
    column('rows', 'verdicts', 'left'),
    column('worst', 'worst / tolerance'),
    column('control', 'wrong formula rejected in'),
    column('claim', 'claim', 'left'),
  ],
  rows: results.map((result) => {
    const { check, found, skipped } = result;
    return [
      text(check.group),
      text(check.name),
      text(found ? counted(found.rows) : `skipped: ${skipped}`),
      found ? worst(found.rows) : numeric(null),
      text(control([result])),
      text(check.claim),
    ];
  }),
  notes: [
    `Tolerance: ${errors} standard errors of the measurement plus the rounding of its arithmetic; ` +
      'no other allowance is made.',
    [
      'holds, fails: a theorem or identity.',
      'agrees, disagrees: a conclusion drawn from it, by a two-sided t test at .05; inconclusive: neither.',
      'vacuous: a true upper bound that is not below the trivial one.',
      'measured: no prediction, or one whose error the theory does not give.',
    ].join(' '),
    'Wrong formula: every check is judged a second time, on the same measurement, by a formula that is wrong on ' +
      `purpose. It is rejected in ${control(results)} of all rows that a measurement tests; in the others “holds” ` +
      'does not tell the two formulas apart.',
    'About the formula alone: both sides are computed from it, so no measurement tests them.',
  ],
});

/** Every row of one check. */
export const statementRows = ({ check, found }: StatementResult): Table => ({
  name: check.name,
  title: `${check.group} / ${check.name}: ${check.claim}`,
  caption: [
    `${check.cite.title} (${check.cite.year}), ${check.cite.where}.`,
    `Prediction: ${check.prediction}.`,
    `Procedure: ${check.procedure}.`,
    `Where it ends: ${check.limits}.`,
    `Wrong formula: ${check.perturbation}.`,
  ].join(' '),
  columns: [
    column('quantity', 'quantity', 'left'),
    column('at', 'at', 'left'),
    column('relation', '', 'left'),
    column('predicted', 'predicted'),
    column('measured', 'measured'),
    column('standardError', 'standard error'),
    column('verdict', 'verdict', 'left'),
  ],
  rows: (found?.rows ?? []).map((row) => [
    text(row.quantity),
    text(where(row.at)),
    text(row.relation === 'none' ? '' : row.relation === '=' ? 'equal' : 'at most'),
    numeric(row.predicted),
    numeric(row.measured),
    row.standardError === 0 ? text('') : numeric(row.standardError),
    text(row.verdict === 'noted' ? 'measured' : row.verdict),
  ]),
  notes: [],
});

/** All rows of all checks in one table, for other programs. */
export const allStatementRows = (results: readonly StatementResult[]): Table => {
  const tables = results.map((result) => ({ result, table: statementRows(result) }));
  const columns = tables[0]?.table.columns ?? [];
  return {
    name: 'table',
    title: 'All rows',
    caption: '',
    columns: [column('group', 'group', 'left'), column('check', 'check', 'left'), ...columns],
    rows: tables.flatMap(({ result: { check }, table }) =>
      table.rows.map((row) => [text(check.group), text(check.name), ...row]),
    ),
    notes: [],
  };
};
