/** What a new element is given: attributes by name; `true` is an empty attribute. */
type Attributes = { readonly [name: string]: string | number | boolean | undefined };

type Child = Node | string | null | false;

/** A new element with attributes and children. */
export const make = <Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    if (value !== undefined && value !== false) element.setAttribute(name, value === true ? '' : String(value));
  element.append(...children.filter((child) => child !== null && child !== false));
  return element;
};

/** The element of an id. Throws where the page lacks it. */
export const byId = (id: string): HTMLElement => {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page lacks #${id}`);
  return found;
};

/** A button that does something. */
export const button = (text: string, onClick: () => void, attributes: Attributes = {}): HTMLButtonElement => {
  const element = make('button', { type: 'button', ...attributes }, text);
  element.addEventListener('click', onClick);
  return element;
};

/** A labelled list of choices; `onChange` is told the place of the new one. */
export const choice = (
  label: string,
  options: readonly string[],
  chosen: number,
  onChange: (place: number) => void,
): HTMLLabelElement => {
  const select = make(
    'select',
    {},
    ...options.map((text, i) => new Option(text, String(i), i === chosen, i === chosen)),
  );
  select.addEventListener('change', () => onChange(select.selectedIndex));
  return make('label', {}, `${label} `, select);
};

/** A box that scrolls by itself and can take the keyboard's focus. */
export const scrollBox = (label: string, ...children: readonly Child[]): HTMLElement =>
  make('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': label }, ...children);

/** Marks every scrolling box that goes on to the right, so that the page can show it. */
export const startScrollCues = (): void => {
  const mark = (box: HTMLElement) => {
    const isMore = box.scrollWidth - box.clientWidth - box.scrollLeft > 4;
    if (isMore) box.dataset.more = 'yes';
    else delete box.dataset.more;
  };
  const sizes = new ResizeObserver((entries) => {
    for (const { target } of entries) if (target instanceof HTMLElement) mark(target);
  });
  const watch = (box: HTMLElement) => {
    sizes.observe(box);
    box.addEventListener('scroll', () => mark(box), { passive: true });
  };
  document.querySelectorAll<HTMLElement>('.scroll').forEach(watch);
  new MutationObserver((changes) => {
    for (const node of changes.flatMap(({ addedNodes }) => [...addedNodes]))
      if (node instanceof HTMLElement)
        for (const box of [node, ...node.querySelectorAll<HTMLElement>('.scroll')])
          if (box.matches('.scroll')) watch(box);
  }).observe(document.body, { childList: true, subtree: true });
};

/** Runs `act` once the element has come near the screen. */
export const whenNear = (element: Element, act: () => void): void => {
  const observer = new IntersectionObserver(
    (entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      observer.disconnect();
      act();
    },
    { rootMargin: '300px' },
  );
  observer.observe(element);
};

/** Every text as a cell; the first names its row. */
export const tableRowOf = (cells: readonly (string | Node)[]): HTMLTableRowElement =>
  make('tr', {}, ...cells.map((cell, i) => (i === 0 ? make('th', { scope: 'row' }, cell) : make('td', {}, cell))));

/** A table of texts with a head. */
export const headedTable = (
  head: readonly (string | Node)[],
  rows: readonly (readonly (string | Node)[])[],
  attributes: Attributes = {},
): HTMLTableElement =>
  make(
    'table',
    attributes,
    make('thead', {}, make('tr', {}, ...head.map((title) => make('th', { scope: 'col' }, title)))),
    make('tbody', {}, ...rows.map(tableRowOf)),
  );
