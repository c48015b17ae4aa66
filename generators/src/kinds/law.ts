import { insertBefore } from '../edit.ts';
import type { GeneratorKind, ReadFile, Subject } from '../kind.ts';

const code = ({ name, camel }: Subject): string => `
import { sizeOf, tf } from '@lab/engine';
import { uniform } from '@lab/random';
import type { Law } from './law.ts';

/** Factors that are drawn evenly from [1-p, 1+p]. */
export const ${camel}Factors: Law = {
  draw: (key, { shape, p }) => ({
    dtype: 'float32',
    shape,
    data: uniform(key, sizeOf(shape)).map((u) => 1 - p + 2 * p * u),
  }),
  apply: (value, mask) => tf.mul(value, mask),
  usesRate: false,
  mean: { kind: 'everywhere', at: () => 1 },
  variance: { kind: 'everywhere', at: (p) => p ** 2 / 3 },
  refusal: ({ site, structure, compensation }) => {
    if (site.startsWith('attention.')) return 'law "${name}" is not for attention';
    if (structure === 'span') return 'a run is dropped, not scaled; law "${name}" has no spans';
    return compensation === 'none' ? undefined : 'a factor of mean 1 needs compensation "none"';
  },
};
`;

const test = ({ name }: Subject): string => `
import { expect, it } from 'vitest';
import { key } from '@lab/random';
import { lawOf } from '../src/index.ts';

it('law ${name}: every factor lies in [1-p, 1+p], and equal keys give equal factors', () => {
  const law = lawOf({ site: 'lora.input', structure: 'element', compensation: 'none', law: '${name}' });
  const context = { lengths: Int32Array.of(50, 50), causal: false, progress: 0 };
  const spec = { site: 'lora.input', shape: [2, 50, 4], p: 0.3, context } as const;
  const factors = [...law.draw(key(1), spec).data].map(Number);
  expect(factors).toHaveLength(400);
  expect(Math.min(...factors)).toBeGreaterThanOrEqual(0.7);
  expect(Math.max(...factors)).toBeLessThanOrEqual(1.3);
  expect([...law.draw(key(1), spec).data].map(Number)).toEqual(factors);
  expect([...law.draw(key(2), spec).data].map(Number)).not.toEqual(factors);
});
`;

const LINES = 'packages/dropout/src/laws/index.ts';
const README = 'packages/dropout/README.md';

/** A law: its file, its test, its line among the laws, its row in the table of the package. */
export const lawKind: GeneratorKind = (subject: Subject, read: ReadFile) => {
  const { name, camel } = subject;
  const imported = insertBefore(
    read(LINES),
    "import type { Law } from './law.ts';",
    `import { ${camel}Factors } from './${name}.ts';\n`,
  );
  return {
    [`packages/dropout/src/laws/${name}.ts`]: code(subject),
    [`packages/dropout/test/${name}-law.test.ts`]: test(subject),
    [LINES]: insertBefore(imported, '} satisfies {', `  '${name}': () => ${camel}Factors,\n`),
    [README]: insertBefore(
      read(README),
      '\n`lawOf(noise)` puts them together.',
      `| \`${camel}Factors\` | evenly from [1-p, 1+p] | 1 | p²/3 |\n`,
    ),
  };
};
