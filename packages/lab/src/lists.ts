import { adapters, describeSize } from '@lab/adapter';
import { datasets, describeDataset, type Sources } from '@lab/datasets';
import { describeMethod, methods } from '@lab/dropout';
import { experiments } from '@lab/experiments';
import { models } from '@lab/models';
import type { Citation } from '@lab/records';

/** A name and lines of facts, in the order they are shown. */
export type Item = { readonly name: string } & { readonly [fact: string]: string };

const sourceOf = ({ title, year, where }: Citation): string => `${title} (${year}), ${where}`;

const methodItem = (name: string): Item => {
  const { summary, cite, axes, consistency, samples, readout, ensembleOver } = describeMethod(name);
  const told = axes?.map(
    ({ position, structure, compensation, law }) =>
      `${position} x ${structure} x ${law === 'bernoulli' ? compensation : law}`,
  );
  const noise = told === undefined ? 'given by the config' : told.length > 0 ? told.join('; ') : 'none';
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
export const kinds: { readonly [kind: string]: (sources: Sources) => readonly Item[] } = {
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
  models: () => models.entries.map(({ name, summary, cite }) => ({ name, summary, source: sourceOf(cite) })),
  adapters: () =>
    adapters.entries.map(({ name, summary, cite }) => ({
      name,
      summary,
      parameters: describeSize(name),
      source: sourceOf(cite),
    })),
};
