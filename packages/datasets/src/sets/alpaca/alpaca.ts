import { type Citation } from '@lab/records';
import { z } from 'zod';
import { hubBytes } from '../../hub/cache.ts';
import { pins } from '../../hub/pins.ts';
import { parseDataJson, parseRow, readDataJson } from '../../read/json.ts';
import { readParquet } from '../../read/parquet.ts';
import { readRows, type OnMalformed, type Read } from '../../read/rows.ts';
import { MissingData, decode, locate, missingMessage } from '../../read/text.ts';
import type { Example, Sources } from '../../types.ts';
import { define } from '../define.ts';
import { cutThree, wantedIn } from '../text-task.ts';

const cite: Citation = {
  title: 'Stanford Alpaca: An Instruction-following LLaMA model',
  year: 2023,
  url: 'https://github.com/tatsu-lab/stanford_alpaca',
  where: 'data release',
};
const licence = 'CC BY-NC 4.0 (cleaned: CC BY 4.0)';

const variants = {
  original: {
    wanted: wantedIn(
      ['alpaca', '.'],
      'alpaca_data.json',
      'download it from tatsu-lab/stanford_alpaca, or allow downloads from the hub',
    ),
    file: { ...pins.alpaca, path: 'data/train-00000-of-00001-a09b74b3ef9c3b56.parquet' },
  },
  cleaned: {
    wanted: wantedIn(
      ['alpaca', '.'],
      'alpaca_data_cleaned.json',
      'download it from yahma/alpaca-cleaned, or allow downloads from the hub',
    ),
    file: { ...pins.alpacaCleaned, path: 'alpaca_data_cleaned.json' },
  },
  demo: {
    wanted: wantedIn(
      ['alpaca', '.'],
      'alpaca_en_demo.json',
      'download data/alpaca_en_demo.json of hiyouga/LLaMA-Factory, about a thousand rows of Alpaca',
    ),
    file: null,
  },
} as const;

const row = z.object({
  instruction: z.string().trim().min(1),
  input: z.string(),
  output: z.string().trim().min(1, 'the output is empty'),
});

/** The authors' prompt, with the input where there is one. */
const promptOf = (instruction: string, input: string): string => {
  const beside = input === '' ? '' : ', paired with an input that provides further context';
  const task = `Below is an instruction that describes a task${beside}.`;
  const parts = [
    `${task} Write a response that appropriately completes the request.`,
    `### Instruction:\n${instruction}`,
    ...(input === '' ? [] : [`### Input:\n${input}`]),
    '### Response:',
  ];
  return parts.join('\n\n');
};

/**
 * Checks rows: text is the authors' prompt with instruction and input, the reference the output.
 * Rows are numbered from 1.
 */
export const parseAlpaca = (path: string, rows: readonly unknown[], onMalformed: OnMalformed): Read<Example> =>
  readRows(
    path,
    rows.map((value, i) => ({ line: i + 1, value })),
    onMalformed,
    (value, line) => {
      const { instruction, input, output } = parseRow(value, row);
      return { id: `row:${line - 1}`, text: promptOf(instruction, input.trim()), label: 0, references: [output] };
    },
  );

const read = async (
  variant: keyof typeof variants,
  sources: Sources,
  onMalformed: OnMalformed,
): Promise<Read<Example>> => {
  const { wanted, file } = variants[variant];
  const path = locate(wanted, sources);
  if (path !== undefined) return parseAlpaca(path, readDataJson(path, z.array(z.unknown())), onMalformed);
  if (!sources.fetchFile || !file) throw new MissingData(missingMessage(wanted, sources));
  const bytes = await hubBytes(file, sources);
  if (file.path.endsWith('.json'))
    return parseAlpaca(
      file.path,
      parseDataJson(file.path, decode(file.path, bytes), z.array(z.unknown())),
      onMalformed,
    );
  const rows = await readParquet(file.path, bytes, ['instruction', 'input', 'output']);
  return parseAlpaca(
    file.path,
    rows.map(({ value }) => value),
    onMalformed,
  );
};

/** See README.md in this folder. */
export const alpaca = define({
  name: 'alpaca',
  version: 2,
  summary: 'instructions and answers, for instruction tuning',
  cite,
  facts: {
    counts: { original: 52002, cleaned: 51760 },
    metric: 'rouge-l',
    licence,
    from:
      '<data-dir>/alpaca/{alpaca_data,alpaca_data_cleaned}.json, ' +
      `or hub ${pins.alpaca.repo}, ${pins.alpacaCleaned.repo}`,
    missing: (sources) => {
      const { wanted } = variants.cleaned;
      return sources.fetchFile || locate(wanted, sources) ? undefined : missingMessage(wanted, sources);
    },
  },
  options: z.object({
    variant: z.enum(['cleaned', 'original', 'demo']).default('cleaned').describe('which release'),
    validation: z.number().int().min(0).default(500).describe('examples split off'),
    test: z.number().int().min(1).default(500).describe('examples split off'),
    malformed: z.enum(['error', 'skip']).default('error').describe('what to do with rows that do not fit'),
  }),
  load: async (o, key, sources) => {
    const { rows, notes } = await read(o.variant, sources, o.malformed);
    return {
      name: 'alpaca',
      task: { kind: 'text-to-text' },
      metric: 'rouge-l',
      splits: cutThree(key, 'alpaca', rows, o.validation, o.test),
      licence,
      cite,
      notes,
    };
  },
});
