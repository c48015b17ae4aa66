import type { Answer } from '../study/arms/answer.ts';
import { armLabels, type ReportArm } from '../study/arms/arm.ts';
import type { Study } from '../study/study.ts';
import { armName } from './arm-name.ts';
import type { ExplorerData } from './data.ts';
import { exampleTables } from './example-tables.ts';
import { runColumns } from './run-columns.ts';

/** Most arms whose answers stand beside each other. */
const mostArms = 12;

/** The arms of the answer at their chosen settings, the baseline first; else the first arms. */
const exampleArms = ({ cells }: Study, answer: Answer | null): readonly ReportArm[] => {
  const isBase = ({ name }: ReportArm) => name === answer?.baseline;
  const ranked = answer?.ranked.map(({ name, arm }) => ({ ...arm, name }));
  const arms = cells.map((cell): ReportArm => ({ name: armName(cell), labels: armLabels(cell.labels) }));
  const distinct = ranked ?? [...new Map(arms.map((arm) => [arm.name, arm])).values()];
  return distinct.toSorted((a, b) => Number(isBase(b)) - Number(isBase(a))).slice(0, mostArms);
};

/** What the explorer of a study shows. */
export const explorerData = (study: Study, answer: Answer | null): ExplorerData => ({
  runs: runColumns(study.cells, study.command ?? null),
  examples: exampleTables(study, exampleArms(study, answer)),
});
