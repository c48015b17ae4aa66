import type { Evaluation } from '@lab/records';
import type { Cell } from '../study.ts';

/**
 * How a metric is named, scaled and compared. Values are stored unscaled (fractions, nats,
 * seconds).
 */
export interface Metric {
  readonly name: string;
  readonly title: string;
  /** Printed after the title on axes and in headers; empty for a bare number. */
  readonly unit: string;
  /** Unit of a difference. */
  readonly differenceUnit: string;
  readonly better: 'higher' | 'lower';
  /** Printed value = stored value times scale. */
  readonly scale: number;
  readonly digits: number;
}

const metric = (
  name: string,
  title: string,
  better: Metric['better'],
  more: Partial<Omit<Metric, 'name' | 'title' | 'better'>> = {},
): Metric => ({ name, title, unit: '', differenceUnit: more.unit ?? '', better, scale: 1, digits: 3, ...more });

const percent = { unit: '%', differenceUnit: 'points', scale: 100, digits: 2 } as const;
const hundred = { unit: '×100', differenceUnit: 'points', scale: 100, digits: 2 } as const;

const catalogue: readonly Metric[] = [
  metric('accuracy', 'accuracy', 'higher', percent),
  metric('f1', 'F1', 'higher', percent),
  metric('exact', 'exact match', 'higher', percent),
  metric('matthews', 'Matthews', 'higher', hundred),
  metric('pearson', 'Pearson', 'higher', hundred),
  metric('spearman', 'Spearman', 'higher', hundred),
  metric('nll', 'NLL', 'lower', { unit: 'nats' }),
  metric('brier', 'Brier', 'lower'),
  metric('ece', 'ECE', 'lower'),
  metric('ece-debiased', 'ECE, debiased', 'lower'),
  metric('ece-floor', 'ECE of a calibrated model', 'lower'),
  metric('ece-smooth', 'smooth ECE', 'lower'),
  metric('nll-scaled', 'NLL after a temperature', 'lower', { unit: 'nats' }),
  metric('brier-scaled', 'Brier after a temperature', 'lower'),
  metric('ece-scaled', 'ECE after a temperature, debiased', 'lower'),
  metric('temperature', 'temperature', 'lower', { digits: 2 }),
  metric('last', 'accuracy at the end', 'higher', percent),
  metric('average', 'average accuracy', 'higher', percent),
  metric('learned', 'accuracy when learned', 'higher', percent),
  metric('told', 'accuracy when the task is told', 'higher', percent),
  metric('forgetting', 'forgetting', 'lower', { ...percent, unit: 'points' }),
  metric('backward', 'backward transfer', 'higher', { ...percent, unit: 'points' }),
  metric('forward', 'forward transfer', 'higher', { ...percent, unit: 'points' }),
  metric('communicated', 'parameters sent to the server', 'lower', { unit: 'thousands', scale: 1e-3, digits: 0 }),
  metric('averaging-error', 'error of averaging', 'lower', { ...percent, digits: 1 }),
  metric('mse', 'MSE', 'lower'),
  metric('ter', 'TER', 'lower'),
  metric('perplexity', 'perplexity', 'lower', { digits: 2 }),
  metric('gap', 'gap train - test', 'lower', { ...percent, unit: 'points' }),
  metric('gap-nll', 'NLL gap test - train', 'lower', { unit: 'nats' }),
  metric('trainable', 'trainable parameters', 'lower', { digits: 0 }),
  metric('rank', 'mean rank that remains', 'lower', { digits: 2 }),
  metric('seconds', 'time', 'lower', { unit: 's', digits: 1 }),
  metric('train-seconds', 'training time', 'lower', { unit: 's', digits: 1 }),
  metric('memory', 'peak memory', 'lower', { unit: 'MB', digits: 0 }),
];

/**
 * `elsewhere:mismatched/accuracy` is a metric on another test split than the run's own, and
 * `task:yelp/accuracy` on that of a task of a sequence.
 */
export const splitAndMetric = (name: string): { readonly split: Evaluation['split']; readonly metric: string } => {
  const [, kind, other, metricName] = /^(elsewhere|task|told):([^/]+)\/(.+)$/.exec(name) ?? [];
  return (kind === 'elsewhere' || kind === 'task' || kind === 'told') && metricName !== undefined
    ? { split: `${kind}:${other ?? ''}`, metric: metricName }
    : { split: 'test', metric: name };
};

/**
 * The entry of a metric; an unknown one is shown under its own name, higher taken as better. On a
 * task of a sequence the title says which.
 */
export const metricOf = (name: string): Metric => {
  const { split, metric: plain } = splitAndMetric(name);
  const found = catalogue.find((m) => m.name === plain) ?? metric(plain, plain, 'higher');
  const [, task] = /^(?:task|told):(.+)$/.exec(split) ?? [];
  return task === undefined ? found : { ...found, title: `${found.title}, ${task}` };
};

/**
 * The metric behind a name; `score` is the tasks' main metric, or a plain "score (×100)" where
 * tasks differ in theirs.
 */
export const mainMetric = (cells: readonly Cell[], name: string): Metric => {
  if (name !== 'score') return metricOf(name);
  const [first, ...others] = [...new Set(cells.map((c) => c.record.result.metric))].map(metricOf);
  if (first && others.length === 0) return first;
  const score = metricOf('score');
  if (!first || others.some((m) => m.scale !== first.scale)) return score;
  return { ...score, scale: first.scale, digits: first.digits, unit: '×100', differenceUnit: 'points' };
};

/** `accuracy (%)`: for axes and headers. */
export const heading = ({ title, unit }: Metric): string => (unit === '' ? title : `${title} (${unit})`);

/** A stored value as printed, without unit. */
export const show = (m: Metric, value: number | null | undefined, signed = false): string => {
  if (value === null || value === undefined || !Number.isFinite(value)) return 'n/a';
  const text = (value * m.scale).toFixed(m.digits);
  const zero = Number(text) === 0;
  const plain = zero ? text.replace('-', '') : text;
  return signed && !zero && !plain.startsWith('-') ? `+${plain}` : plain;
};

/** ` points`, with its space, behind a difference; empty for a bare number. */
export const unitAfter = ({ differenceUnit }: Metric): string => (differenceUnit === '' ? '' : ` ${differenceUnit}`);

/** ` (points)`, for headers of differences; empty for a bare number. */
export const unitBeside = ({ differenceUnit }: Metric): string => (differenceUnit === '' ? '' : ` (${differenceUnit})`);

/** A p value to three digits. */
export const pText = (p: number | null): string => {
  if (p === null) return 'n/a';
  return p < 0.001 ? '<0.001' : p.toFixed(3);
};
