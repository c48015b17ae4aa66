import type { Labels } from '@lab/records';
import { armLabels } from '../study/arms/arm.ts';
import type { Cell } from '../study/study.ts';

/**
 * What an arm is called by its labels, data set and seed apart: `hiddenkey` where runs are told
 * apart by method alone, else `method hiddenkey, p 0.1`; the method where there are no labels.
 */
export const nameOfArm = (labels: Labels, method: string): string => {
  const entries = Object.entries(armLabels(labels));
  const [first] = entries;
  if (!first) return method;
  return entries.length === 1 ? String(first[1]) : entries.map(([k, v]) => `${k} ${v}`).join(', ');
};

/** The same for a finished run. */
export const armName = ({ labels, record }: Cell): string => nameOfArm(labels, record.config.dropout.name);
