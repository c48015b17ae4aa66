import { join } from 'node:path';
import { datasets, type Example } from '@lab/datasets';
import { fold, key } from '@lab/random';
import { BadInput, canonical } from '@lab/records';
import type { Cell, ExampleMaterial } from '@lab/report';
import { given } from '../plan/given.ts';

/** Most times that one data set is opened: each seed may test on other examples. */
const mostOpened = 24;

/** Where data may lie. */
interface DataPlaces {
  readonly out: string;
  readonly dataDir?: string;
}

/** Text and pair as one. */
const wholeText = ({ text, pair }: Example): string => (pair === undefined ? text : `${text} / ${pair}`);

const materialOf = async (cells: readonly Cell[], { out, dataDir }: DataPlaces): Promise<ExampleMaterial | null> => {
  const sources = { cacheDir: join(out, 'cache'), ...given({ dataDir }) };
  const distinct = new Map(cells.map(({ record: { config } }) => [canonical([config.dataset, config.seed]), config]));
  const texts = new Map<string, string>();
  let classes: readonly string[] | null = null;
  for (const { dataset, seed } of [...distinct.values()].slice(0, mostOpened)) {
    const { splits, task } = await datasets.build(dataset, fold(key(seed), 'data'), sources);
    if (task.kind === 'classification') ({ classes } = task);
    for (const example of splits.test) texts.set(example.id, wholeText(example));
  }
  return { classes, text: (id) => texts.get(id) ?? null };
};

/**
 * Texts and classes of the test examples by data set. A data set that cannot be opened here (its
 * files lie on another machine) is left out; nothing is downloaded.
 */
export const exampleTexts = async (
  cells: readonly Cell[],
  places: DataPlaces,
): Promise<{ readonly [task: string]: ExampleMaterial }> => {
  const found: { [task: string]: ExampleMaterial } = {};
  const nameOf = ({ record }: Cell): string => record.config.dataset.name;
  for (const name of new Set(cells.map(nameOf))) {
    const own = cells.filter((cell) => nameOf(cell) === name);
    try {
      const material = await materialOf(own, places);
      if (material) found[name] = material;
    } catch (error) {
      if (!(error instanceof BadInput)) throw error;
    }
  }
  return found;
};
