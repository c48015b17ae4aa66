import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

const root = fileURLToPath(new URL('../..', import.meta.url));
const manifestSchema = z.object({
  name: z.string(),
  exports: z.record(z.string(), z.string()).default({}),
  dependencies: z.record(z.string(), z.string()).default({}),
  devDependencies: z.record(z.string(), z.string()).default({}),
  nx: z.object({ tags: z.array(z.string()), targets: z.record(z.string(), z.unknown()) }),
});

const folders = [
  ...readdirSync(join(root, 'packages'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `packages/${name}`),
  ...['experiments', 'bench', 'generators', 'scripts'],
];
const projects = folders.map((folder) => ({
  folder,
  manifest: manifestSchema.parse(JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))),
}));
const folderOf = new Map(projects.map(({ folder, manifest }) => [manifest.name, folder]));

describe.each(projects)('$manifest.name', ({ folder, manifest }) => {
  it('has files at the ends of its exports', () => {
    expect(Object.values(manifest.exports).filter((target) => !existsSync(join(root, folder, target)))).toEqual([]);
  });

  it('refers the compiler to the packages that it depends on', () => {
    const needs = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })
      .flatMap((name) => folderOf.get(name) ?? [])
      .sort();
    for (const file of ['tsconfig.json', 'tsconfig.build.json']) {
      const path = join(root, folder, file);
      if (file === 'tsconfig.build.json' && !('build' in manifest.nx.targets)) continue;
      const { references = [] } = z
        .object({ references: z.array(z.object({ path: z.string() })).optional() })
        .parse(ts.readConfigFile(path, (name) => readFileSync(name, 'utf8')).config);
      const named = references.map((reference) => relative(root, join(root, folder, reference.path, '..')));
      expect(named.sort(), file).toEqual(needs);
    }
  });

  it('is linted and type-checked', () => {
    expect(Object.keys(manifest.nx.targets)).toEqual(expect.arrayContaining(['lint', 'typecheck']));
  });
});

it('names no registry in the lock file', () => {
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
  expect(lock.match(/"resolved": "(?!packages\/|experiments|bench|generators|scripts).*/g)).toBeNull();
});
