import { insertAfterLast, insertBefore } from '../edit.ts';
import type { GeneratorKind, ReadFile, Subject } from '../kind.ts';

const code = ({ name, camel, words, cite }: Subject): string => `
import { entry } from '@lab/records';
import type { Adapter } from '../adapter.ts';
import { lora, loraOptions } from '../lora/index.ts';
import type { Model } from '../model.ts';

/** ${words}: as LoRA, but A keeps the values that it was drawn with. */
export const ${camel} = entry<[Model], Adapter, typeof loraOptions>({
  name: '${name}',
  version: 1,
  summary: 'LoRA of which B alone is trained',
  cite: { ${cite}, where: 'its definition' },
  options: loraOptions,
  build: (o, model) => {
    // Its factors are never trained together.
    const { pairs: _pairs, ...plain } = lora.build(o, model);
    const params = plain.params.map((param) => (param.name.endsWith('.lora_A') ? { ...param, frozen: true } : param));
    return { ...plain, params };
  },
});
`;

const test = ({ name, camel }: Subject): string => `
import { describe, expect, it } from 'vitest';
import { tiny } from '../../test/tiny.ts';
import { adapters, adapterSize } from '../index.ts';
import { ${camel} } from './index.ts';

describe('${name}', () => {
  it('trains B and leaves A as it was drawn', () => {
    const options = { r: 2, target_modules: 'all-linear' };
    const own = adapters.build(adapters.parse({ name: ${camel}.name, ...options }), tiny);
    const plain = adapters.build(adapters.parse({ name: 'lora', ...options }), tiny);
    const frozen = own.params.filter((param) => param.frozen).map((param) => param.name);
    expect(frozen).toEqual(own.targets.map(({ path }) => \`\${path}.lora_A\`));
    expect(adapterSize(plain) - adapterSize(own)).toBe(own.targets.reduce((sum, { dIn }) => sum + 2 * dIn, 0));
  });
});
`;

const card = ({ name, source }: Subject): string => `# ${name}

LoRA of which B alone is trained; A keeps the values that it was drawn with.

- Source: ${source}.
- Start, sites, merge, files: as LoRA. Options: LoRA's.
- Parameters: r d_out a target, and not r (d_in + d_out).
`;

const LINES = 'packages/adapter/src/catalogue.ts';

/** An adapter made of LoRA's parts: its folder, its line in the catalogue. */
export const adapterKind: GeneratorKind = (subject: Subject, read: ReadFile) => {
  const { name, camel } = subject;
  const folder = `packages/adapter/src/${name}`;
  const line = `import { ${camel} } from './${name}/index.ts';`;
  return {
    [`${folder}/index.ts`]: code(subject),
    [`${folder}/${name}.test.ts`]: test(subject),
    [`${folder}/README.md`]: card(subject),
    [LINES]: insertBefore(
      insertAfterLast(read(LINES), /^import \{ \w+ \} from '\.\/[\w-]+\/index\.ts'/, line),
      '  full,\n',
      `  ${camel},\n`,
    ),
  };
};
