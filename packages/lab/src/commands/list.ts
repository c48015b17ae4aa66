import { adapters, describeSize } from '@lab/adapter';
import { datasets, describeDataset, type Sources } from '@lab/datasets';
import { describeMethod, methods } from '@lab/dropout';
import { experiments } from '@lab/experiments';
import { models } from '@lab/models';
import { BadInput, type Citation } from '@lab/records';
import { z } from 'zod';
import { given } from '../compose/plan/given.ts';
import { printJson } from '../terminal/print.ts';

/** A name and lines of facts, in the order they are shown. */
type Item = { readonly name: string } & { readonly [fact: string]: string };

const sourceOf = ({ title, year, where }: Citation): string => `${title} (${year}), ${where}`;

const methodItem = (name: string): Item => {
  const { summary, cite, axes, consistency, samples, readout, ensembleOver } = describeMethod(name);
  const places = axes?.map(
    ({ position, structure, compensation, law }) =>
      `${position} x ${structure} x ${law === 'bernoulli' ? compensation : law}`,
  );
  const noise = places === undefined ? 'given by the config' : places.join('; ') || 'none';
  const more = [
    samples === null || samples === 1 ? '' : `N = ${samples}`,
    consistency === null ? '' : `consistency ${consistency}`,
    readout === null ? '' : `tested by ${readout}`,
    ensembleOver === null ? '' : `the report averages its ${ensembleOver}`,
  ].filter((part) => part !== '');
  return {
    name,
    summary,
    axes: `position x structure x compensation: ${noise}`,
    more: more.join(', '),
    source: sourceOf(cite),
  };
};

const datasetItem = (name: string, sources: Sources): Item => {
  const { summary, counts, metric, licence, from, missing } = describeDataset(name, sources);
  const sizes = Object.entries(counts).map(([what, n]) => `${what} ${n}`);
  return {
    name,
    summary,
    sizes: `${sizes.join(', ')}; metric ${metric}; licence ${licence}`,
    from: missing === null ? `from ${from}` : `from ${from}. Not here: ${missing}`,
  };
};

/** What `lab list` can list. */
const kinds: { readonly [kind: string]: (sources: Sources) => readonly Item[] } = {
  experiments: () =>
    experiments.map(({ name, title, scales }) => ({
      name,
      title,
      scales: Object.entries(scales)
        .map(([scale, { summary }]) => `${scale} (${summary})`)
        .join('; '),
    })),
  methods: () => methods.names.map(methodItem),
  datasets: (sources) => datasets.names.map((name) => datasetItem(name, sources)),
  models: () => [
    ...models.entries.map(({ name, summary, cite }) => ({ name, summary, source: sourceOf(cite) })),
    { name: 'not read', summary: 'Qwen3, Gemma 3, Phi, ALBERT; rope scaling dynamic and yarn; pickled weights' },
  ],
  adapters: () =>
    adapters.entries.map(({ name, summary, cite }) => ({
      name,
      summary,
      parameters: describeSize(name),
      source: sourceOf(cite),
    })),
};

export interface ListOptions {
  readonly json: boolean;
  readonly out: string;
  readonly dataDir?: string;
}

const wrapped = (text: string, indent: number): string => {
  const width = Math.max(40, (process.stdout.columns || 120) - indent);
  const lines = text.split(' ').reduce<string[]>((sofar, word) => {
    const last = sofar.at(-1);
    if (last === undefined || last.length + word.length >= width) return [...sofar, word];
    return [...sofar.slice(0, -1), `${last} ${word}`];
  }, []);
  return lines.join(`\n${' '.repeat(indent)}`);
};

/** What an entry's options are: name, default and meaning. */
const optionsOf = (schema: z.ZodObject): readonly Item[] => {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return Object.entries(properties).map(([name, property]) => {
    const { default: usual, description = '' } = typeof property === 'object' ? property : {};
    return {
      name,
      default: usual === undefined ? 'no default' : `default ${JSON.stringify(usual)}`,
      description,
    };
  });
};

const catalogues: { readonly [kind: string]: { readonly find: (name: string) => { readonly options: z.ZodObject } } } =
  {
    methods,
    datasets,
    models,
    adapters,
  };

/**
 * `lab list [kind] [name]`: what an experiment may name, with what is known of each; with a name
 * its options.
 */
export const list = (kind: string, name: string | undefined, { json, out, dataDir }: ListOptions): void => {
  const itemsOf = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
  if (!itemsOf) throw new BadInput(`lab list: unknown kind "${kind}"; allowed: ${Object.keys(kinds).join(', ')}`);
  const catalogue = catalogues[kind];
  if (name !== undefined && !catalogue)
    throw new BadInput(`lab list ${kind}: has no options; allowed: ${Object.keys(catalogues).join(', ')}`);
  const items =
    name !== undefined && catalogue
      ? optionsOf(catalogue.find(name).options)
      : itemsOf({ cacheDir: `${out}/cache`, ...given({ dataDir }) });
  if (json) return printJson(items);
  const indent = Math.max(0, ...items.map((item) => item.name.length)) + 2;
  for (const { name: title, ...facts } of items) {
    const lines = Object.values(facts)
      .filter((fact) => fact !== '')
      .map((fact) => wrapped(fact, indent));
    console.log(`${title.padEnd(indent)}${lines.join(`\n${' '.repeat(indent)}`)}`);
  }
};
