import { armLabels } from '../study/arms/arm.ts';
import type { Cell } from '../study/study.ts';

/**
 * What an arm is called by its labels, data set and seed apart: `hiddenkey` where runs are told
 * apart by method alone, else `method hiddenkey, p 0.1`.
 */
export const armName = ({ labels, record }: Cell): string => {
  const entries = Object.entries(armLabels(labels));
  if (entries.length === 0) return record.config.dropout.name;
  const [first] = entries;
  return entries.length === 1 && first ? String(first[1]) : entries.map(([k, v]) => `${k} ${v}`).join(', ');
};
