import type { AnswerSpec } from '../study/arms/answer.ts';
import { armsOf } from '../study/arms/arm.ts';
import type { Cell } from '../study/study.ts';
import type { ReportSpec } from './spec.ts';

/** What a report answers first: as it says, else the arms of its first comparison. */
export const answerSpecOf = (cells: readonly Cell[], { answer, tables }: ReportSpec): AnswerSpec | null => {
  if (answer) return answer;
  const compared = tables.flatMap((table) => (table.kind === 'compare' ? [table] : []));
  const first = compared.find(({ metrics }) => metrics[0] === 'score') ?? compared[0];
  if (!first) return null;
  const arms = armsOf(cells, first.arms, first.by);
  const all = arms.some(({ name }) => name === first.baseline.name) ? arms : [first.baseline, ...arms];
  return {
    methods: all.map((arm) => ({ name: arm.name, arms: [arm] })),
    baseline: first.baseline.name,
    metric: first.metrics[0] ?? 'score',
  };
};
