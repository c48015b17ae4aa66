import type { Report } from './report.ts';
import { defaultScreen, toTerminal, wrap } from './tables/formats/terminal.ts';

/** Tables that the answer stands on, or that the terminal shows where there is no answer. */
const shownTables = ({ answer, tables }: Report) =>
  tables.filter(({ name }) => (answer ? name === 'ranking' : name !== 'verdicts'));

/**
 * What the terminal shows at the end, in lines of at most `screen` characters: question, answer,
 * ranking, verdicts in words, and which tables stand in the report's folder.
 */
export const summaryText = (report: Report, screen = defaultScreen): string => {
  const { spec, answer, verdicts, tables } = report;
  const shown = shownTables(report);
  const others = tables.filter((table) => !shown.includes(table)).map(({ name, title }) => `${name} (${title})`);
  return [
    spec.title,
    ...wrap(spec.question, screen),
    '',
    ...(answer ? [...wrap(answer.sentence, screen), ''] : []),
    ...shown.map((table) => toTerminal(table, screen)),
    ...verdicts.flatMap(({ claim, sentence }) => [
      ...wrap(`- ${claim.text} (${claim.source})`, screen),
      ...wrap(sentence, screen - 4).map((line) => `    ${line}`),
    ]),
    ...(verdicts.length > 0 ? [''] : []),
    ...(others.length > 0 ? wrap(`Further tables: ${others.join(', ')}.`, screen) : []),
  ].join('\n');
};
