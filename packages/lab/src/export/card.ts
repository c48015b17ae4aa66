import { measure, type TaskKind } from '@lab/metrics';
import { describeDataset } from '@lab/datasets';
import { fold, integer, key } from '@lab/random';
import { itemAt, type Prediction, type RunRecord } from '@lab/records';
import type { Single } from './trained.ts';

/** What a model card is made of. */
export interface CardParts {
  readonly record: RunRecord;
  readonly task: TaskKind;
  readonly predictions: readonly Prediction[];
  /** How the exported weights are read. */
  readonly readout: Single;
  /** How the folder is opened, in one sentence. */
  readonly loading: string;
  readonly library: 'peft' | 'transformers' | 'onnx';
}

interface Score {
  readonly name: string;
  readonly value: number;
  /** 95 % interval over test examples; absent where outputs are texts. */
  readonly interval?: readonly [number, number];
}

const RESAMPLES = 1000;

const quantile = (sorted: readonly number[], q: number): number =>
  itemAt(sorted, Math.min(sorted.length - 1, Math.floor(q * sorted.length)));

/**
 * Scores on the test split with percentile intervals from resampled examples (Efron 1979). They say
 * how much the choice of test examples matters, not that of the seed.
 */
const resampled = ({ record, task, predictions, readout }: CardParts): readonly Score[] => {
  const logits = predictions.map((row) => (readout === 'mean-field' ? (row.meanField ?? []) : row.deterministic));
  const labels = predictions.map(({ label }) => label);
  const names = [...new Set([record.result.metric, task.kind === 'regression' ? 'mse' : 'nll'])];
  const whole = measure(task, names, logits, labels);
  const stream = fold(key(0), 'model card');
  const draws = Array.from({ length: RESAMPLES }, (_, draw) => {
    const chosen = labels.map((_label, i) => integer(fold(fold(stream, draw), i), labels.length));
    return measure(
      task,
      names,
      chosen.map((i) => itemAt(logits, i)),
      chosen.map((i) => itemAt(labels, i)),
    );
  });
  return names.flatMap((name): readonly Score[] => {
    const value = whole[name] ?? null;
    if (value === null) return [];
    const sorted = draws.flatMap((draw) => draw[name] ?? []).sort((a, b) => a - b);
    return [{ name, value, interval: [quantile(sorted, 0.025), quantile(sorted, 0.975)] }];
  });
};

const stored = ({ record, readout }: CardParts): readonly Score[] => {
  const found = record.result.evaluations.find((each) => each.split === 'test' && each.readout === readout);
  return Object.entries(found?.metrics ?? {}).flatMap(([name, value]) => (value === null ? [] : [{ name, value }]));
};

const scoresOf = (parts: CardParts): readonly Score[] => {
  const { task, predictions } = parts;
  const isMeasured = task.kind === 'classification' || task.kind === 'regression';
  return isMeasured && predictions.length > 0 ? resampled(parts) : stored(parts);
};

/** A word as YAML takes it whatever it holds. */
const yaml = (word: string | number): string => JSON.stringify(word);

const metadata = ({ record, library, task }: CardParts, scores: readonly Score[]): readonly string[] => {
  const { model, dataset, adapter, dropout } = record.config;
  const repo = model['repo'];
  const isText = task.kind === 'text-to-text';
  const results = scores.flatMap(({ name, value }) => [
    `          - type: ${yaml(name)}`,
    `            name: ${yaml(name)}`,
    `            value: ${value}`,
  ]);
  return [
    '---',
    ...(typeof repo === 'string' ? [`base_model: ${yaml(repo)}`] : []),
    `library_name: ${library}`,
    `pipeline_tag: ${isText ? 'text-generation' : 'text-classification'}`,
    'license: other',
    'license_name: base-model',
    `metrics: [${scores.map(({ name }) => yaml(name)).join(', ')}]`,
    `tags: [${[adapter.name, dropout.name].map(yaml).join(', ')}]`,
    'model-index:',
    `  - name: ${yaml(`${model.name} on ${dataset.name}`)}`,
    '    results:',
    '      - task:',
    `          type: ${isText ? 'text-generation' : 'text-classification'}`,
    '        dataset:',
    `          type: ${yaml(dataset.name)}`,
    `          name: ${yaml(dataset.name)}`,
    '        metrics:',
    ...results,
    '---',
  ];
};

const scoreLine = ({ name, value, interval }: Score): string => {
  const range = interval ? `${interval.map((end) => end.toFixed(4)).join(' to ')}` : 'not computed for texts';
  return `| ${name} | ${value.toFixed(4)} | ${range} |`;
};

const optionsText = (options: object): string => `\`${JSON.stringify(options)}\``;

/**
 * README.md of an exported folder, with the metadata that the Hub reads: base model, data, method,
 * scores with intervals, licence.
 */
export const modelCard = (parts: CardParts): string => {
  const { record, readout, loading } = parts;
  const { config, result } = record;
  const scores = scoresOf(parts);
  const { licence, from } = describeDataset(config.dataset.name, { cacheDir: '' });
  const { adapter, dropout, dataset, model, train } = config;
  return [
    ...metadata(parts, scores),
    '',
    `# ${model.name} on ${dataset.name}`,
    '',
    loading,
    '',
    '| | |',
    '|---|---|',
    `| base model | ${optionsText(model)} |`,
    `| data | ${optionsText(dataset)} (${from}) |`,
    `| adapter | ${optionsText(adapter)} |`,
    `| dropout | ${optionsText(dropout)} |`,
    `| training | ${train.epochs} epochs, batch ${train.batchSize}, peak learning rate ${train.lr} |`,
    `| seed | ${config.seed} |`,
    `| trained parameters | ${result.counts.trainable} of ${result.counts.trainable + result.counts.frozen} |`,
    `| run | \`${result.id}\` |`,
    '',
    `Scores of the ${readout} readout on the test split (${parts.predictions.length} examples). The intervals`,
    `hold 95 % of ${RESAMPLES} resamplings of the test examples; other seeds of training add to that.`,
    '',
    '| metric | value | 95 % interval |',
    '|---|---|---|',
    ...scores.map(scoreLine),
    '',
    `Licence: that of the base model holds for these weights. Data: ${licence}.`,
    '',
  ].join('\n');
};
