import { BadInput } from '@lab/records';
import { columnAt, committedTable, rowsWhere, rowWhere } from './table.ts';

/** A number as a format asks: `2` digits, `+2` with its sign, `2%` times 100, `+2%` both. */
const formatted = (text: string, format: string): string => {
  const [, sign = '', digits = '', percent = ''] = /^(\+?)(\d)(%?)$/.exec(format) ?? [];
  const value = Number(text);
  if (!digits) throw new BadInput(`a format is like 3, +2, 1% or word, not "${format}"`);
  if (text === '' || !Number.isFinite(value)) throw new BadInput(`"${text}" is no number to write as ${format}`);
  const fixed = (percent ? 100 * value : value).toFixed(Number(digits));
  if (Number(fixed) === 0) return fixed.replace('-', '');
  return sign && value > 0 ? `+${fixed}` : fixed;
};

/**
 * What `file : conditions : column : format` says. A column that has an interval or a spread beside
 * it (`difference.mean`, `difference.low`, ...) is named without them. The format `word` is the
 * text before its first semicolon; without a format the text stays as it is.
 */
const cellText = (reference: string): string => {
  const [file = '', ...rest] = reference.split(' : ');
  const conditions = rest[0]?.includes('=') ? rest[0] : '';
  const [column = '', format = ''] = conditions ? rest.slice(1) : rest;
  const table = committedTable(file);
  const row = rowWhere(table, conditions);
  const text = (name: string): string => row[columnAt(table, name)] ?? '';
  const number = (name: string): string => formatted(text(name), format);
  if (table.columns.includes(`${column}.low`)) {
    return `${number(`${column}.mean`)} [${number(`${column}.low`)}, ${number(`${column}.high`)}]`;
  }
  if (table.columns.includes(`${column}.sd`)) {
    return `${number(`${column}.mean`)} ± ${formatted(text(`${column}.sd`), format.replace('+', ''))}`;
  }
  if (text(column) === '') throw new BadInput(`${file} says nothing in column "${column}"`);
  if (format === 'word') return text(column).replace(/;.*/, '');
  return format ? number(column) : text(column);
};

/** A cell, or a literal in quotation marks. */
const sideText = (side: string): string => /^"(.*)"$/.exec(side)?.[1] ?? cellText(side);

/**
 * Nothing, where a statement is true: `a == b`, or `a < b` of numbers. The words around it hang on
 * it, so BadInput says that they have to be written again.
 */
const checked = (statement: string): string => {
  const [, left = '', relation = '', right = ''] = /^(.*?) (==|<) (.*)$/.exec(statement) ?? [];
  const [a, b] = [sideText(left), sideText(right)];
  const holds = relation === '==' ? a === b : Number(a) < Number(b);
  if (!holds) throw new BadInput(`the text says that ${statement}; results/ say ${a} and ${b}: write it again`);
  return '';
};

/** A table of Markdown from `file : column as name ; column : column=value ; value`. */
const tableText = (reference: string): string => {
  const [file = '', columns = '', choice = ''] = reference.split(' : ');
  const table = committedTable(file);
  const shown = columns.split(' ; ').map((column) => {
    const [name = '', title = name] = column.split(' as ');
    return { title, at: columnAt(table, name) };
  });
  const [, by = '', values = ''] = /^(.*?)=(.*)$/.exec(choice) ?? [];
  const rows = choice ? values.split(' ; ').map((value) => rowWhere(table, `${by}=${value}`)) : table.rows;
  const body = rows.map((row) => shown.map(({ at }) => row[at] ?? ''));
  const rule = shown.map((_, i) => (body.some((cells) => /^[-+(]?[\d.]/.test(cells[i] ?? '')) ? '--:' : '---'));
  return [shown.map(({ title }) => title), rule, ...body].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
};

/** How many rows of a table meet conditions: `file : column=value`. */
const countText = (reference: string): string => {
  const [file = '', conditions = ''] = reference.split(' : ');
  return String(rowsWhere(committedTable(file), conditions).length);
};

const kinds: { readonly [kind: string]: (reference: string) => string } = {
  table: tableText,
  count: countText,
  holds: checked,
};

/** A text whose places are filled, and a sentence for each that cannot be. */
export type FilledText = { readonly text: string; readonly faults: readonly string[] };

/** Fills the places `{{ … }}` of a text from results/. */
export const fillPlaces = (template: string): FilledText => {
  const faults: string[] = [];
  // What follows a place goes with it where it says nothing, but the end of a paragraph stays.
  const places = /\{\{([\s\S]*?)\}\}( |\n(?!\n)|)/g;
  const text = template.replaceAll(places, (_, inner: string, space: string, at: number) => {
    const place = inner.trim().replaceAll(/\s+/g, ' ');
    const [kind = '', ...rest] = place.split(' : ');
    try {
      const fill = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
      const filled = fill ? fill(rest.join(' : ')) : cellText(place);
      return filled && filled + space;
    } catch (error) {
      if (!(error instanceof BadInput)) throw error;
      faults.push(`line ${template.slice(0, at).split('\n').length}: ${error.message}`);
      return '';
    }
  });
  return { text, faults };
};
