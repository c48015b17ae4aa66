import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Tree } from '@nx/devkit';
import { format, resolveConfig } from 'prettier';
import { subjectOf, type GeneratorKind, type GeneratorOptions } from './kind.ts';
import { adapterKind } from './kinds/adapter.ts';
import { datasetKind } from './kinds/dataset.ts';
import { experimentKind } from './kinds/experiment.ts';
import { lawKind } from './kinds/law.ts';
import { methodKind } from './kinds/method.ts';
import { modelKind } from './kinds/model.ts';
import { tableKind } from './kinds/table.ts';

export const KIND_NAMES = ['method', 'law', 'dataset', 'model', 'adapter', 'table', 'experiment'] as const;
export type KindName = (typeof KIND_NAMES)[number];

const KINDS: { readonly [kind in KindName]: GeneratorKind } = {
  method: methodKind,
  law: lawKind,
  dataset: datasetKind,
  model: modelKind,
  adapter: adapterKind,
  table: tableKind,
  experiment: experimentKind,
};

/** As Prettier writes it. Markdown stays as it is: tables are compact here. */
const formatted = async (root: string, path: string, text: string): Promise<string> => {
  if (!path.endsWith('.ts')) return text;
  const options = await resolveConfig(join(root, path));
  return format(text, { ...options, parser: 'typescript' });
};

/** What editors know of configs is written anew, since a catalogue has one entry more. */
const refreshSchema = (root: string): void => {
  const lab = ['--import', 'tsx/esm', join(root, 'packages/lab/src/main.ts'), 'schema', '--write'];
  const { status } = spawnSync(process.execPath, lab, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error('the schema for editors could not be written: npm run lab -- schema --write');
};

/**
 * Writes one thing into the tree.
 *
 * @returns What Nx calls when the files are written.
 * @throws Error where a file that would be new is already there.
 */
export const runGenerator = async (kind: KindName, tree: Tree, options: GeneratorOptions): Promise<() => void> => {
  const read = (path: string): string => {
    const text = tree.read(path, 'utf8');
    if (text === null) throw new Error(`${path} is missing`);
    return text;
  };
  const asked = new Set<string>();
  const files = KINDS[kind](subjectOf(options), (path) => {
    asked.add(path);
    return read(path);
  });
  for (const [path, text] of Object.entries(files)) {
    if (tree.exists(path) && !asked.has(path)) throw new Error(`${path} is already there; choose another name`);
    tree.write(path, await formatted(tree.root, path, text));
  }
  return () => refreshSchema(tree.root);
};
