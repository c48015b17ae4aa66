/** Text that is HTML already; everything else is escaped when it enters a template. */
export interface Html {
  readonly html: string;
}

type Value = string | number | null | undefined | false | Html | readonly Html[];

const signs: { readonly [character: string]: string } = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Any text as HTML text or attribute value. */
const escapeHtml = (value: string): string => value.replace(/[&<>"']/g, (c) => signs[c] ?? c);

const render = (value: Value): string => {
  if (value === null || value === undefined || value === false) return '';
  if (typeof value === 'string') return escapeHtml(value);
  if (typeof value === 'number') return String(value);
  return 'html' in value ? value.html : value.map((v) => v.html).join('');
};

/** Template of HTML: values are escaped unless they are `Html`. */
export const h = (parts: TemplateStringsArray, ...values: readonly Value[]): Html => ({
  html: parts.reduce((out, part, i) => out + render(values[i - 1]) + part),
});

/** Trusted text, taken as it is: our own style, script and drawings. */
export const raw = (html: string): Html => ({ html });

/** JSON that cannot end its script element or open a comment. */
export const inlineJson = (value: unknown): Html =>
  raw(
    JSON.stringify(value)
      .replace(/</g, '\\u003c')
      .replace(/\u2028/g, '\\u2028')
      .replace(/\u2029/g, '\\u2029'),
  );
