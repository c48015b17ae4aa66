/** What may hold digits: code, places, comments, addresses, headings, and words with a number. */
const allowed: readonly RegExp[] = [
  /^```[\s\S]*?^```$/gm,
  /\{\{[\s\S]*?\}\}/g,
  /<!--[\s\S]*?-->/g,
  /`[^`\n]*`/g,
  /\]\([^)]*\)/g,
  /<img[^>]*>/g,
  /^#+ .*$/gm,
  /^\d+\. /gm,
  /\b(?:Tables?|Figures?|Theorems?|Propositions?|Eq\.|[Ss]ections?|Corollary) [A-Z]?\d[\d.]*(?: (?:and|to) \d[\d.]*)?/g,
  /\barXiv \d+\.\d+/g,
  /\b(?:19|20)\d\d\b/g,
  /95\s%/g,
  /[A-Za-z]-?\d+[\w-]*(?:\.\d+)?/g,
];

const blank = (text: string): string => text.replaceAll(/[^\n]/g, ' ');

/**
 * A sentence for every number that stands in the text itself, where nobody would notice that
 * results/ say another one.
 */
export const bareNumbers = (template: string): readonly string[] =>
  allowed
    .reduce((text, pattern) => text.replaceAll(pattern, blank), template)
    .split('\n')
    .flatMap((line, index) =>
      [...line.matchAll(/\d*\.?\d+/g)].map(
        ([number]) => `line ${index + 1}: ${number} stands in the text; a place, or code marks for a setting`,
      ),
    );
