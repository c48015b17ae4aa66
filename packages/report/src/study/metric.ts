/** How a metric is named, scaled and compared. Values are stored unscaled (fractions, nats, seconds). */
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
  metric('em', 'exact match', 'higher', percent),
  metric('matthews', 'Matthews', 'higher', hundred),
  metric('pearson', 'Pearson', 'higher', hundred),
  metric('spearman', 'Spearman', 'higher', hundred),
  metric('nll', 'NLL', 'lower', { unit: 'nats' }),
  metric('brier', 'Brier', 'lower'),
  metric('ece', 'ECE', 'lower'),
  metric('mse', 'MSE', 'lower'),
  metric('ter', 'TER', 'lower'),
  metric('perplexity', 'perplexity', 'lower', { digits: 2 }),
  metric('gap', 'gap train - test', 'lower', { ...percent, unit: 'points' }),
  metric('gap-nll', 'NLL gap test - train', 'lower', { unit: 'nats' }),
  metric('trainable', 'trainable parameters', 'lower', { digits: 0 }),
  metric('seconds', 'time', 'lower', { unit: 's', digits: 1 }),
  metric('train-seconds', 'training time', 'lower', { unit: 's', digits: 1 }),
  metric('memory', 'peak memory', 'lower', { unit: 'MB', digits: 0 }),
];

/** The entry of a metric; an unknown one is shown under its own name, higher taken as better. */
export const metricOf = (name: string): Metric =>
  catalogue.find((m) => m.name === name) ?? metric(name, name, 'higher');

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
