import { readFileSync } from 'node:fs';
import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

/** Projects that still have to be cleaned of long lines. The list only shrinks. */
const staged = JSON.parse(readFileSync(new URL('./scripts/house/staged.json', import.meta.url), 'utf8'));

const only = (sourceTag, ...layers) => ({ sourceTag, onlyDependOnLibsWithTags: layers.map((l) => `layer:${l}`) });

const randomness = 'Numbers come from @lab/random keys; see packages/random/README.md.';
const tfRandom = [
  'randomNormal',
  'randomUniform',
  'randomUniformInt',
  'randomStandardNormal',
  'randomGamma',
  'truncatedNormal',
  'multinomial',
  'rand',
];
const tfBanned = [
  ...tfRandom.map((property) => ({ object: 'tf', property, message: randomness })),
  { object: 'tf', property: 'dropout', message: 'Masks are inputs of the step, drawn by @lab/random.' },
  { object: 'tf', property: 'train', message: 'Optimisers are pure functions; see @lab/engine.' },
  { object: 'tf', property: 'layers', message: 'Models are pure functions over named parameters.' },
  { object: 'tf', property: 'variable', message: 'State is a Params record that goes in and comes out.' },
];

const tfHome = { group: ['@tensorflow/*'], message: 'Import tf from @lab/engine: one home for engines and backends.' };
const ownIndex = {
  group: ['@lab/*/internals', '@lab/*/testing'],
  message: 'Packages meet through their index alone.',
};
const wholeFiles = 'writeWhole of @lab/records: a file appears whole, and a full disk is one sentence.';
const partly = ['node:fs', 'node:fs/promises'].map((name) => ({
  name,
  importNames: [
    'appendFile',
    'appendFileSync',
    'copyFile',
    'copyFileSync',
    'createWriteStream',
    'writeFile',
    'writeFileSync',
  ],
  message: wholeFiles,
}));

export default tseslint.config(
  { ignores: ['**/node_modules', 'out', 'results', '.nx', '**/dist', '**/*.d.ts', 'scripts/boundaries/**'] },
  ...tseslint.configs.strict,
  ...tseslint.configs.stylistic,
  {
    files: ['**/*.ts', '**/*.mjs', '**/*.js'],
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        {
          allow: [],
          depConstraints: [
            only('layer:base'),
            only('layer:score', 'base'),
            only('layer:engine', 'base'),
            only('layer:adapter', 'base', 'engine'),
            only('layer:part', 'base', 'score', 'engine', 'adapter'),
            only('layer:study', 'base', 'score', 'engine', 'adapter', 'part'),
            only('layer:theory', 'base', 'score', 'engine', 'adapter', 'part', 'study'),
            only('layer:view', 'base', 'score'),
            only('layer:experiment', 'base', 'study', 'theory', 'view'),
            only('layer:app', 'base', 'score', 'engine', 'adapter', 'part', 'study', 'theory', 'view', 'experiment'),
            only(
              'layer:tool',
              'base',
              'score',
              'engine',
              'adapter',
              'part',
              'study',
              'theory',
              'view',
              'experiment',
              'app',
            ),
            {
              sourceTag: 'tensor:free',
              onlyDependOnLibsWithTags: ['tensor:free'],
              bannedExternalImports: ['@tensorflow/*'],
            },
          ],
        },
      ],
      'no-restricted-properties': ['error', { object: 'Math', property: 'random', message: randomness }, ...tfBanned],
      'no-restricted-imports': ['error', { patterns: [tfHome, ownIndex] }],
      'no-console': 'error',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/consistent-indexed-object-style': 'off',
      '@typescript-eslint/prefer-for-of': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true, argsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['packages/*/src/**'],
    // The store itself, the kernel's own file, and downloads, which go on from what has come.
    ignores: ['packages/records/**', 'packages/runner/src/run/memory.ts', 'packages/models/src/hub/fetch-file.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: [tfHome, ownIndex], paths: partly }] },
  },
  { files: ['packages/engine/**', 'bench/**', 'scripts/**'], rules: { 'no-restricted-imports': 'off' } },
  { files: ['packages/lab/**', 'scripts/**', 'bench/**'], rules: { 'no-console': 'off' } },
  prettier,
  // Long lines are Prettier's business, but for strings and comments, which it leaves as they are.
  {
    files: ['**/*.ts', '**/*.mjs', '**/*.js'],
    ignores: staged.map((project) => `${project}/**`),
    rules: { 'max-len': ['error', { code: 120, comments: 100, ignoreUrls: true }] },
  },
);
