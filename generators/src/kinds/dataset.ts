import { insertAfterLast, insertBefore } from '../edit.ts';
import type { GeneratorKind, ReadFile, Subject } from '../kind.ts';

const code = ({ name, camel, words, cite }: Subject): string => `
import { BadInput, type Citation } from '@lab/records';
import { z } from 'zod';
import { parseRow, splitJsonl } from '../../read/json.ts';
import { readRows, type OnMalformed, type Read } from '../../read/rows.ts';
import { locate, missingMessage, readDataText } from '../../read/text.ts';
import type { Example, Sources } from '../../types.ts';
import { define } from '../define.ts';
import { glueOptions, glueSplits } from '../glue.ts';
import { wantedIn } from '../text-task.ts';

const cite: Citation = { ${cite}, where: 'the data it describes' };
const licence = 'as its owners state';
const classes = ['negative', 'positive'];

const wanted = (split: 'train' | 'dev') =>
  wantedIn(['${name}'], \`\${split}.jsonl\`, \`put the \${split} split of ${name} there, one JSON object a line\`);
const row = z.object({ text: z.string().min(1), label: z.number().int().min(0).lt(classes.length) });

const read = async (split: 'train' | 'dev', sources: Sources, onMalformed: OnMalformed): Promise<Read<Example>> => {
  const path = locate(wanted(split), sources);
  if (path === undefined) throw new BadInput(missingMessage(wanted(split), sources));
  let at = 0;
  return readRows(path, splitJsonl(await readDataText(path)), onMalformed, (raw) => {
    const { text, label } = parseRow(raw, row);
    return { id: \`\${split}:\${at++}\`, text: text.trim(), label };
  });
};

/** See README.md in this folder. */
export const ${camel} = define({
  name: '${name}',
  version: 1,
  summary: '${words}: sentences of two classes, from files',
  cite,
  facts: {
    counts: {},
    metric: 'accuracy',
    licence,
    from: '<data-dir>/${name}/{train,dev}.jsonl',
    missing: (sources) => {
      const absent = (['train', 'dev'] as const).map(wanted).find((file) => !locate(file, sources));
      return absent && missingMessage(absent, sources);
    },
  },
  options: glueOptions,
  load: async (o, key, sources) => {
    const train = await read('train', sources, o.malformed);
    const dev = await read('dev', sources, o.malformed);
    return {
      name: '${name}',
      task: { kind: 'classification', classes },
      metric: 'accuracy',
      splits: glueSplits(key, '${name}', train.rows, dev.rows, o),
      licence,
      cite,
      notes: [...train.notes, ...dev.notes],
    };
  },
});
`;

const test = ({ name }: Subject): string => `
import { describe, expect, it } from 'vitest';
import { build, sourcesWith } from '../../../test/fixtures.ts';

const row = (text: string, label: unknown) => \`\${JSON.stringify({ text, label })}\\n\`;
const read = async (train: string) =>
  build({ name: '${name}', protocol: 'dev-is-both' }, await sourcesWith({
    '${name}/train.jsonl': train,
    '${name}/dev.jsonl': row('so so', 0),
  }));

describe('${name}', () => {
  it('reads texts and labels, with an id for each', async () => {
    const { splits } = await read(row(' good ', 1) + row('bad', 0));
    expect(splits.train).toEqual([
      { id: 'train:0', text: 'good', label: 1 },
      { id: 'train:1', text: 'bad', label: 0 },
    ]);
    expect(splits.test).toEqual([{ id: 'dev:0', text: 'so so', label: 0 }]);
  });

  it('names file, line and column of what does not fit', async () => {
    await expect(read(row('good', 1) + row('bad', 2))).rejects.toThrow(/train\\.jsonl:2: column "label"/);
  });

  it('says where a missing file should lie', async () => {
    await expect(build({ name: '${name}' }, await sourcesWith({}))).rejects.toThrow(
      /${name}\\/train\\.jsonl: no such file/,
    );
  });
});
`;

const card = ({ name, words, source }: Subject): string => `# ${name}

${words}: sentences, each of one of two classes.

| | |
|---|---|
| origin | ${source}. Read from \`<data-dir>/${name}/{train,dev}.jsonl\`, rows \`{"text": …, "label": 0 or 1}\` |
| licence | as its owners state |
| counts | as many as the files hold |
| splits | clean (default): dev is test, a tenth of train is validation; \`dev-is-both\`: dev serves as both |
| metric | accuracy |
`;

const LINES = 'packages/datasets/src/datasets.ts';

/** A data set of two classes, read from JSON lines: its folder, its line in the catalogue. */
export const datasetKind: GeneratorKind = (subject: Subject, read: ReadFile) => {
  const { name, camel } = subject;
  const folder = `packages/datasets/src/sets/${name}`;
  const line = `import { ${camel} } from './sets/${name}/${name}.ts';`;
  return {
    [`${folder}/${name}.ts`]: code(subject),
    [`${folder}/${name}.test.ts`]: test(subject),
    [`${folder}/README.md`]: card(subject),
    [LINES]: insertBefore(
      insertAfterLast(read(LINES), /^import \{ \w+ \} from '\.\/sets\//, line),
      '  ...[file, hub],',
      `  ${camel},\n`,
    ),
  };
};
