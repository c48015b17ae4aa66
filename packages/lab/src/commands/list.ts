import { adapters } from '@lab/adapter';
import { datasets } from '@lab/datasets';
import { methods } from '@lab/dropout';
import { experiments } from '@lab/experiments';
import { models } from '@lab/models';
import { BadInput, type Catalogue } from '@lab/records';

interface Line {
  readonly name: string;
  readonly summary: string;
  readonly source: string;
}

const linesOf = <Args extends readonly unknown[], Built>({ entries }: Catalogue<Args, Built>): readonly Line[] =>
  entries.map(({ name, summary, cite }) => ({ name, summary, source: `${cite.title} (${cite.year}), ${cite.where}` }));

const kinds: { readonly [kind: string]: () => readonly Line[] } = {
  experiments: () =>
    experiments.map(({ name, title, scales }) => ({
      name,
      summary: title,
      source: `scales: ${Object.keys(scales).join(', ')}`,
    })),
  methods: () => linesOf(methods),
  datasets: () => linesOf(datasets),
  models: () => linesOf(models),
  adapters: () => linesOf(adapters),
};

/** `lab list [kind]`: what an experiment file may name. */
export const list = (kind: string, { json }: { readonly json: boolean }): void => {
  const lines = kinds[kind];
  if (!lines) throw new BadInput(`lab list: unknown kind "${kind}"; allowed: ${Object.keys(kinds).join(', ')}`);
  if (json) return console.log(JSON.stringify(lines(), null, 2));
  for (const { name, summary, source } of lines())
    console.log(`${name.padEnd(16)} ${summary}\n${' '.repeat(17)}${source}`);
};
