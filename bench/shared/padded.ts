/** Lines of a Markdown table, columns aligned; the first row is the head. */
export const padded = (cells: readonly (readonly string[])[]): readonly string[] => {
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join(' | ')} |`;
  const dashes = widths.map((width, i) => '-'.repeat(width + 1) + (i === 0 ? '-' : ':'));
  const rule = `|${dashes.join('|')}|`;
  return [line(cells[0]!), rule, ...cells.slice(1).map(line)];
};
