import { insertAfterLast } from '../edit.ts';
import type { GeneratorKind, ReadFile, Subject } from '../kind.ts';

const code = ({ name, camel, words, cite }: Subject): string => `
import { z } from 'zod';
import { method } from '../method.ts';
import { layers, rate } from '../options.ts';

export const ${camel} = method({
  name: '${name}',
  version: 1,
  summary: '${words}: ordinary dropout on what enters the branch',
  cite: { ${cite}, where: 'its definition' },
  options: z.object({
    p: rate.default(0.1).describe('probability of dropping an entry'),
    layers: layers.default('all').describe('layers it acts on'),
  }),
  build: ({ p, layers }) => ({
    noise: [{ site: 'lora.input', structure: 'element', compensation: 'inverse', p, scope: 'example', layers }],
    samples: 1,
    evaluate: { readout: 'deterministic' },
  }),
});
`;

const test = ({ name, camel }: Subject): string => `
import { describe, expect, it } from 'vitest';
import { methods } from '../index.ts';
import { ${camel} } from './index.ts';

describe('${name}', () => {
  it('drops entries of what enters the branch, and makes up for them', () => {
    const { noise } = methods.build(methods.parse({ name: ${camel}.name, p: 0.25 }));
    expect(noise).toEqual([
      {
        site: 'lora.input',
        structure: 'element',
        compensation: 'inverse',
        p: 0.25,
        scope: 'example',
        layers: 'all',
      },
    ]);
  });
});
`;

const card = ({ name, source }: Subject): string => `# ${name}

Ordinary dropout on the value that enters A.

- Source: ${source}.
- Update: s B A (m ⊙ x) / (1-p), every entry of every token with a coin of its own.
- Axes: \`lora.input\`, element, inverse.
- Defaults: p = 0.1, one sample, tested by the deterministic pass.
`;

/** The export lines of the catalogue, sorted by name, with the method's among them. */
const sortedLines = (text: string, added: string): string => {
  const isExport = (line: string) => line.startsWith('export {');
  const lines = text.trimEnd().split('\n');
  const exports = [...lines.filter(isExport), added].sort((a, b) => (a < b ? -1 : 1));
  return `${[...lines.filter((line) => !isExport(line)), ...exports].join('\n')}\n`;
};

/** The README with a row for the method, at the place that it has in the catalogue. */
const listed = (readme: string, lines: string, { name }: Subject): string => {
  const folders = [...lines.matchAll(/^export \{ \w+ \} from '\.\/([\w-]+)\//gm)].map(([, folder = '']) => folder);
  const before = folders[folders.indexOf(name) - 1];
  const [head = '', table = ''] = readme.split('## Methods');
  const row = `| \`${name}\` | lora.input x element x inverse | deterministic |`;
  const after = before === undefined ? /^\|---/ : new RegExp(`^\\| \`${before}\` \\|`);
  return `${head}## Methods${insertAfterLast(table, after, row)}`;
};

const LINES = 'packages/dropout/src/methods.ts';
const README = 'packages/dropout/README.md';

/** A dropout method: its folder, its line in the catalogue, its row in the table of the package. */
export const methodKind: GeneratorKind = (subject: Subject, read: ReadFile) => {
  const folder = `packages/dropout/src/${subject.name}`;
  const lines = sortedLines(read(LINES), `export { ${subject.camel} } from './${subject.name}/index.ts';`);
  return {
    [`${folder}/index.ts`]: code(subject),
    [`${folder}/${subject.name}.test.ts`]: test(subject),
    [`${folder}/README.md`]: card(subject),
    [LINES]: lines,
    [README]: listed(read(README), lines, subject),
  };
};
