import { canonical, type RunConfig } from '@lab/records';
import { datasets, describeDataset, MissingData, type Example, type Sources } from '@lab/datasets';
import { fold, key } from '@lab/random';

/** Rows of a split, and the tokens of one of them on average. */
export interface SplitSize {
  readonly rows: number;
  readonly tokens: number;
}

/** How much data a run reads. */
export interface DataSize {
  readonly train: SplitSize;
  readonly validation: SplitSize;
  readonly test: SplitSize;
  /** Outputs of an example: classes, 1 for a number, 0 for written texts. */
  readonly outputs: number;
  /** Whether texts are written for the test rows. */
  readonly written: boolean;
  /** The data set that is not at hand, where counts are the published ones; else null. */
  readonly missing: string | null;
}

/** Characters of a word piece in English text, and the marks around a text. */
const charactersOfToken = 4.4;
const marks = 3;

/** Tokens of a text by its characters: close enough for a plan, and needs no tokenizer. */
const tokensOf = ({ text, pair = '', references: [reference = ''] = [] }: Example): number =>
  (text.length + pair.length + reference.length) / charactersOfToken + marks;

/** Rows and mean tokens of a split, each text cut at `most`. */
const sizeOfSplit = (rows: readonly Example[], most: number): SplitSize => ({
  rows: rows.length,
  tokens: rows.length === 0 ? 0 : rows.reduce((sum, row) => sum + Math.min(most, tokensOf(row)), 0) / rows.length,
});

/** Share of the longest text that a text has on average, where the data are not at hand. */
const usualShare = 0.4;

/** Published counts by the names that the catalogue gives them, cut as the config says. */
const publishedSize = ({ dataset, train }: RunConfig): DataSize => {
  const { counts, metric } = describeDataset(dataset.name, { cacheDir: '' });
  const [first = 1000, ...others] = Object.values(counts);
  const tokens = usualShare * train.maxTokens;
  const { subset, maxTest } = dataset;
  const rows = typeof subset === 'number' ? Math.min(first, 2 * subset) : first;
  const test = Math.min(others.at(-1) ?? 500, typeof maxTest === 'number' ? maxTest : Infinity);
  const written = ['bleu', 'rouge-l'].includes(metric);
  return {
    train: { rows, tokens },
    validation: { rows: others.length > 1 ? (others[0] ?? 500) : Math.min(test, 1000), tokens },
    test: { rows: test, tokens },
    outputs: written ? 0 : 2,
    written,
    missing: dataset.name,
  };
};

/** Opens the data of a config and measures them. Throws `BadInput` for files that do not fit. */
const openedSize = async ({ dataset, seed, train }: RunConfig, sources: Sources): Promise<DataSize> => {
  const { splits, task } = await datasets.build(dataset, fold(key(seed), 'data'), sources);
  const size = (rows: readonly Example[]) => sizeOfSplit(rows, train.maxTokens);
  return {
    train: size(splits.train),
    validation: size(splits.validation),
    test: size(splits.test),
    outputs: task.kind === 'classification' ? task.classes.length : task.kind === 'text-to-text' ? 0 : 1,
    written: task.kind === 'text-to-text',
    missing: null,
  };
};

/** The same config with another data set. */
const withData = (config: RunConfig, dataset: RunConfig['dataset']): RunConfig => ({ ...config, dataset });

/**
 * Measures the data of configs, each data set once: opened where its files are there, else by the
 * published counts. Throws `BadInput` for files that are there and do not fit.
 */
export const openSizes = (sources: Sources) => {
  const known = new Map<string, Promise<DataSize>>();
  const measured = (config: RunConfig): Promise<DataSize> => {
    const name = canonical([config.dataset, config.train.maxTokens]);
    const size =
      known.get(name) ??
      openedSize(config, sources).catch((error: unknown) => {
        if (error instanceof MissingData) return publishedSize(config);
        throw error;
      });
    known.set(name, size);
    return size;
  };
  return async (config: RunConfig): Promise<DataSize> => {
    const tested = await measured(config);
    if (config.trainOn === undefined) return tested;
    const { train, validation, missing } = await measured(withData(config, config.trainOn));
    return { ...tested, train, validation, missing: tested.missing ?? missing };
  };
};
