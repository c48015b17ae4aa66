import type { Report } from './report.ts';
import { toTerminal, wrap } from './tables/terminal.ts';

/** What the terminal shows at the end: question, verdicts in words, tables. */
export const summaryText = ({ spec, verdicts, tables }: Report): string =>
  [
    `${spec.title}`,
    ...wrap(spec.question),
    '',
    ...verdicts.flatMap(({ claim, sentence }) => [
      ...wrap(`- ${claim.text} (${claim.source})`),
      ...wrap(sentence, 114).map((line) => `    ${line}`),
    ]),
    ...(verdicts.length > 0 ? [''] : []),
    ...tables.filter((t) => t.name !== 'verdicts').map(toTerminal),
  ].join('\n');
