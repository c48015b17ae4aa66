/** What a generator is told: a name, and for published things where they come from. */
export type GeneratorOptions = {
  readonly name: string;
  readonly title?: string;
  readonly year?: number;
  readonly url?: string;
};

/** A name in the forms that code needs, with its source. */
export type Subject = {
  /** In configs and folders: `soft-dropout`. */
  readonly name: string;
  /** In code: `softDropout`. */
  readonly camel: string;
  /** As a type: `SoftDropout`. */
  readonly pascal: string;
  /** In a sentence: `Soft dropout`. */
  readonly words: string;
  /** Source of a published thing, as code: `title: '…', year: 2024, url: '…'`. */
  readonly cite: string;
  /** Source of a published thing, in a card. */
  readonly source: string;
};

/** Files by path: the whole new text of each. */
export type Files = { readonly [path: string]: string };

/** The text of a file of the repository. Throws where there is none. */
export type ReadFile = (path: string) => string;

/** Writes one kind of thing: pure, from its name and the files that it changes. */
export type GeneratorKind = (subject: Subject, read: ReadFile) => Files;

/**
 * A name in all its forms.
 *
 * @throws Error for a name that a config, a folder and an identifier cannot share.
 */
export const subjectOf = ({ name, title = '', year = 0, url = '' }: GeneratorOptions): Subject => {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
    throw new Error(`name "${name}": small letters, digits and single hyphens are allowed, and a letter comes first`);
  }
  const pascal = name.replace(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase());
  const words = name.replaceAll('-', ' ');
  return {
    name,
    camel: pascal.charAt(0).toLowerCase() + pascal.slice(1),
    pascal,
    words: words.charAt(0).toUpperCase() + words.slice(1),
    cite: `title: ${JSON.stringify(title)}, year: ${year}, url: ${JSON.stringify(url)}`,
    source: `${title} (${year}), ${url}`,
  };
};
