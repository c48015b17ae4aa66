import { insertAfterLast, insertBefore } from '../edit.ts';
import type { GeneratorKind, ReadFile, Subject } from '../kind.ts';

const code = ({ name, camel, words }: Subject): string => `
import { checkJson } from '../../checkpoint/json.ts';
import type { Family } from '../anatomy.ts';
import { bertConfig, bertLike } from '../bert-like.ts';

/** ${words}: BERT's layers, tensors under \`${name}.\`. */
export const ${camel}: Family<'cls' | 'mean'> = {
  name: '${name}',
  modelType: '${name}',
  prefix: '${name}.',
  poolings: ['cls', 'mean'],
  pairs: 'cross-encoder',
  describe: (config, { pooling }, where) =>
    bertLike(checkJson(config, bertConfig, where), { root: '${name}', firstPosition: 0, pool: pooling }),
};
`;

const test = ({ name }: Subject): string => `
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSafetensors, writeSafetensors } from '@lab/engine';
import { describe, expect, it } from 'vitest';
import { models } from '../src/index.ts';

const bert = join(import.meta.dirname, 'fixtures/families/bert-bare');

/** BERT's fixture with the names of this family. */
const renamed = (): string => {
  const folder = mkdtempSync(join(tmpdir(), '${name}-'));
  const config: object = JSON.parse(readFileSync(join(bert, 'config.json'), 'utf8'));
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...config, model_type: '${name}' }));
  const { tensors, metadata } = readSafetensors(readFileSync(join(bert, 'model.safetensors')));
  const own = Object.entries(tensors).map(([tensor, value]) => [tensor.replace(/^(bert\\.)?/, '${name}.'), value]);
  writeFileSync(join(folder, 'model.safetensors'), writeSafetensors({ tensors: Object.fromEntries(own), metadata }));
  return folder;
};
const build = (name: string, weights: string) => models.build(models.parse({ name, pooling: 'mean' }), { weights });

describe('${name}', () => {
  it('is BERT under other names: the same maps, the same weights', async () => {
    const [own, other] = [await build('${name}', renamed()), await build('bert', bert)];
    expect(own.name).toBe('${name}');
    expect(own.linears.map(({ path }) => path.replace('${name}.', 'bert.'))).toEqual(
      other.linears.map(({ path }) => path),
    );
    expect(Object.values(await own.weights())).toEqual(Object.values(await other.weights()));
  });

  it('refuses a checkpoint of another family', async () => {
    await expect(build('${name}', bert)).rejects.toThrow(/"model_type" is "bert"/);
  });
});
`;

const card = ({ name, words, source }: Subject): string => `# ${name}

${words} (${source}):
BERT's layers under the names \`${name}.\`.

- Linear maps as in BERT:
  \`${name}.encoder.layer.{i}.attention.self.{query,key,value}\` and so on.
- \`pooling\`: \`cls\` (default), \`mean\`.
- Checked: BERT's fixture with these names gives the same maps and weights.
`;

const LINES = 'packages/models/src/families/index.ts';

/** A model family with BERT's layers: its folder, its test, its lines in the catalogue. */
export const modelKind: GeneratorKind = (subject: Subject, read: ReadFile) => {
  const { name, camel, words, cite } = subject;
  const folder = `packages/models/src/families/${name}`;
  const imported = insertAfterLast(
    read(LINES),
    /^import \{ \w+ \} from '\.\/[\w-]+\/index\.ts'/,
    `import { ${camel} } from './${name}/index.ts';`,
  );
  const entry = `  familyEntry(${camel}, false, {
    name: '${name}',
    summary: 'any checkpoint of ${words}',
    cite: { ${cite}, where: 'its architecture' },
  }),\n`;
  return {
    [`${folder}/index.ts`]: code(subject),
    [`${folder}/README.md`]: card(subject),
    [`packages/models/test/${name}.test.ts`]: test(subject),
    [LINES]: insertBefore(imported, '  familyEntry(roberta, false', entry),
  };
};
