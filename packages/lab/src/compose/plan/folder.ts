import { digest } from '@lab/records';
import { parseOverride } from '@lab/runner';
import type { PlanOptions } from './experiments.ts';

/** Longest name of a report's folder. */
const longest = 80;

const partOf = (key: string, value: string): string => {
  if (key === 'model.name' || key === 'dataset.name') return value;
  return key === 'model.weights' ? `weights-${value.slice(0, 8)}` : `${key}-${value}`;
};

/**
 * Overrides by key as their text, the last one of a key; model and data set first, the rest sorted.
 */
const overridesOf = (set: readonly string[]): readonly (readonly [key: string, value: string])[] => {
  const byKey = new Map(
    set.map((text) => {
      parseOverride(text);
      const at = text.indexOf('=');
      return [text.slice(0, at), text.slice(at + 1).replace(/^"(.*)"$/, '$1')] as const;
    }),
  );
  const first = ['model.name', 'dataset.name'];
  const rank = (key: string) => (first.includes(key) ? first.indexOf(key) : first.length);
  return [...byKey].sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1));
};

/**
 * What a report's folder is called: its scale, and every override of its runs. Two different
 * questions never have one name: where a name cannot say an override whole, a digest follows.
 */
export const reportName = ({ scale, set, tuned }: Pick<PlanOptions, 'scale' | 'set' | 'tuned'>): string => {
  const overrides = overridesOf(set);
  const whole = [scale, ...(tuned ? ['tuned'] : []), ...overrides.map(([key, value]) => partOf(key, value))];
  const plain = whole.map((part) =>
    part
      .replace(/[^A-Za-z0-9._-]+/g, '-')
      .replace(/--+/g, '-')
      .replace(/^[-.]+|[-.]+$/g, ''),
  );
  const name = plain.join('-');
  const isWhole = overrides.every(([, value]) => /^[A-Za-z0-9._]+$/.test(value)) && name.length <= longest;
  return isWhole ? name : `${name.slice(0, longest - 9)}-${digest(JSON.stringify(overrides)).slice(0, 8)}`;
};

/** The same for people: `scale quick, dataset.name mrpc`. */
export const holdsText = ({ scale, set, tuned }: Pick<PlanOptions, 'scale' | 'set' | 'tuned'>): string =>
  [
    `scale ${scale}${tuned ? ' at searched settings' : ''}`,
    ...overridesOf(set).map(([key, value]) => `${key} ${value}`),
  ].join(', ');
