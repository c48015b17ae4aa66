import type { Table } from '../table.ts';

const special: { readonly [character: string]: string } = {
  '\\': '\\textbackslash{}',
  '{': '\\{',
  '}': '\\}',
  $: '\\$',
  '&': '\\&',
  '#': '\\#',
  '%': '\\%',
  _: '\\_',
  '^': '\\textasciicircum{}',
  '~': '\\textasciitilde{}',
  '<': '$<$',
  '>': '$>$',
  '±': '$\\pm$',
  '×': '$\\times$',
  '≥': '$\\geq$',
  '≤': '$\\leq$',
  Δ: '$\\Delta$',
  λ: '$\\lambda$',
  '²': '$^2$',
  '−': '$-$',
  '…': '\\dots{}',
};

/** Any text as LaTeX text: special characters escaped, a minus before a digit set as a minus. */
export const escapeLatex = (value: string): string =>
  value
    .replace(/[\\{}$&#%_^~<>±×≥≤Δλ²−…]/g, (c) => special[c] ?? c)
    .replace(/(^|[\s[(])([-+])(?=\d)/g, '$1$$$2$$')
    .replace(/[\r\n]+/g, ' ');

/** A booktabs table float; needs \\usepackage{booktabs}. Notes go below the rule in small type. */
export const toLatex = (table: Table): string => {
  const row = (cells: readonly string[]): string => `    ${cells.join(' & ')} \\\\`;
  return [
    '\\begin{table}[t]',
    '  \\centering\\small',
    `  \\caption{${escapeLatex(table.title)}. ${escapeLatex(table.caption)}}`,
    `  \\label{tab:${table.name}}`,
    `  \\begin{tabular}{${table.columns.map((c) => (c.align === 'right' ? 'r' : 'l')).join('')}}`,
    '    \\toprule',
    row(table.columns.map((c) => escapeLatex(c.title))),
    '    \\midrule',
    ...table.rows.map((cells) => row(cells.map((e) => escapeLatex(e.text)))),
    '    \\bottomrule',
    '  \\end{tabular}',
    ...table.notes.map((note) => `  \\\\[2pt]{\\footnotesize ${escapeLatex(note)}}`),
    '\\end{table}',
    '',
  ].join('\n');
};
