type Sortable = string | number;

const wordsOf = (input: HTMLInputElement): readonly string[] => input.value.toLowerCase().split(/\s+/).filter(Boolean);

/** Numbers before words, each in their order. */
export const compareValues = (a: Sortable, b: Sortable): number => {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'number') return -1;
  if (typeof b === 'number') return 1;
  return a < b ? -1 : a > b ? 1 : 0;
};

/** Turns the order of a column round; 1 is ascending, -1 descending. */
export const nextOrder = (head: HTMLElement): 1 | -1 => {
  const order = head.getAttribute('aria-sort') === 'ascending' ? 'descending' : 'ascending';
  head.parentElement?.querySelectorAll('th').forEach((th) => th.removeAttribute('aria-sort'));
  head.setAttribute('aria-sort', order);
  return order === 'ascending' ? 1 : -1;
};

const keyOf = (row: HTMLTableRowElement, at: number): Sortable => {
  const cell = row.cells[at];
  return cell?.dataset.sort ? Number(cell.dataset.sort) : (cell?.textContent ?? '').toLowerCase();
};

const isUnknown = (row: HTMLTableRowElement, at: number): number => (row.cells[at]?.textContent === 'n/a' ? 1 : 0);

const startTable = (section: HTMLElement): void => {
  const body = section.querySelector('tbody');
  const input = section.querySelector('input');
  const count = section.querySelector('.count');
  if (!body || !input || !count) return;
  const rows = [...body.rows];
  input.addEventListener('input', () => {
    const words = wordsOf(input);
    for (const row of rows) {
      const text = (row.textContent ?? '').toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
    }
    const shown = rows.filter((row) => !row.hidden).length;
    count.textContent = words.length === 0 ? '' : `${shown} of ${rows.length} rows`;
  });
  for (const sort of section.querySelectorAll<HTMLElement>('button.sort'))
    sort.addEventListener('click', () => {
      const head = sort.closest('th');
      if (!head) return;
      const sign = nextOrder(head);
      const at = Number(sort.dataset.column);
      // Unknown stays last in both directions.
      const sorted = rows.toSorted(
        (a, b) => isUnknown(a, at) - isUnknown(b, at) || sign * compareValues(keyOf(a, at), keyOf(b, at)),
      );
      body.append(...sorted);
    });
};

/** Lets the report's tables be filtered and sorted. */
export const startTables = (): void => document.querySelectorAll<HTMLElement>('section.table').forEach(startTable);
