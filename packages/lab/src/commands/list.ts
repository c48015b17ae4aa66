import { BadInput } from '@lab/records';
import { kinds } from '../lists.ts';

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

/** `lab list [kind]`: what an experiment may name, with what is known of each. */
export const list = (kind: string, { json, out, dataDir }: ListOptions): void => {
  const items = kinds[kind];
  if (!items) throw new BadInput(`lab list: unknown kind "${kind}"; allowed: ${Object.keys(kinds).join(', ')}`);
  const found = items({ cacheDir: `${out}/cache`, ...(dataDir === undefined ? {} : { dataDir }) });
  if (json) return console.log(JSON.stringify(found, null, 2));
  const indent = Math.max(...found.map(({ name }) => name.length)) + 2;
  for (const { name, ...facts } of found) {
    const lines = Object.values(facts)
      .filter((fact) => fact !== '')
      .map((fact) => wrapped(fact, indent));
    console.log(`${name.padEnd(indent)}${lines.join(`\n${' '.repeat(indent)}`)}`);
  }
};
