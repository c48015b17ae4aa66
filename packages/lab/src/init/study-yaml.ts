import { methods } from '@lab/dropout';
import type { ChosenColumns } from './columns.ts';

/** Everything that a written study says. */
export interface StudyChoices {
  readonly name: string;
  /** Paths as they were given; null: split off train. */
  readonly files: { readonly train: string; readonly validation: string | null; readonly test: string | null };
  readonly digests: { readonly [split: string]: string };
  readonly columns: ChosenColumns;
  /** Rows split off train for validation and test, where no file is given. */
  readonly sizes: { readonly validation: number; readonly test: number };
  /** Training rows that are kept (of each class, in a classification); null: all. */
  readonly subset: number | null;
  /** Test rows that are kept; null: all. */
  readonly maxTest: number | null;
  readonly maxTokens: number;
  readonly model: string;
  readonly methods: readonly string[];
  readonly seeds: number;
  /** Path of the study file, for its own comments. */
  readonly path: string;
  /** Path of the JSON schema, from the study file. */
  readonly schema: string;
}

/** Words that YAML would not read as text. */
const reserved = /^(true|false|null|yes|no|on|off)$/i;

/** A text as a YAML scalar. */
const scalar = (text: string): string =>
  /^[A-Za-z_][\w./\\-]*$/.test(text) && !reserved.test(text) ? text : JSON.stringify(text);

/** `{ a: b, c: d }` of texts. */
const flow = (entries: { readonly [key: string]: string | null }): string =>
  `{ ${Object.entries(entries)
    .map(([key, value]) => `${key}: ${value === null ? 'null' : scalar(value)}`)
    .join(', ')} }`;

/** The columns as a data set names them. */
export const namedColumns = ({ task, text, pair, label, start = null }: ChosenColumns) => {
  const texts = { text, ...(pair === null ? {} : { pair }) };
  if (task === 'extractive-qa') return { ...texts, target: label, start };
  return task === 'text-to-text' ? { ...texts, target: label } : { ...texts, label };
};

const datasetLines = ({ files, digests, columns, sizes, subset, maxTest }: StudyChoices): readonly string[] => {
  const { task } = columns;
  const per = task === 'classification' ? 'training rows of each class' : 'training rows';
  return [
    '    name: file',
    `    train: ${scalar(files.train)}`,
    ...(files.validation === null ? [] : [`    validation: ${scalar(files.validation)}`]),
    ...(files.test === null ? [] : [`    test: ${scalar(files.test)}`]),
    '    # Ties the study to these files: where one has changed, runs stop with a sentence.',
    '    sha256:',
    ...Object.entries(digests).map(([split, digest]) => `      ${split}: ${scalar(digest)}`),
    ...(task === 'classification' ? [] : [`    task: ${task}`]),
    `    columns: ${flow(namedColumns(columns))}`,
    ...(files.validation === null
      ? [`    validationSize: ${sizes.validation} # split off train, anew for every seed`]
      : []),
    ...(files.test === null ? [`    testSize: ${sizes.test} # split off train, anew for every seed`] : []),
    ...(subset === null ? [] : [`    subset: ${subset} # ${per}; without this line: all`]),
    ...(maxTest === null ? [] : [`    maxTest: ${maxTest} # test rows; without this line: all`]),
  ];
};

/** Tokens of a window of question and context, and how many neighbours share. */
const windows = { maxTokens: 128, stride: 32 };

/** How models are trained: decoders that write, encoders that point at answers, and all others. */
const trainingLines = ({ columns: { task }, model, maxTokens }: StudyChoices): readonly string[] => {
  const named = `  model: { name: ${model} } # npm run lab -- list models`;
  const lora = '  adapter: { name: lora, r: 8, alpha: 16 } # npm run lab -- list adapters';
  if (task === 'text-to-text')
    return [
      named,
      '  adapter: { name: lora, r: 16, alpha: 32, target_modules: all-linear }',
      `  train: { epochs: 6, batchSize: 8, lr: 2e-3, maxTokens: ${maxTokens} }`,
      '  generation: { numBeams: 1, maxNewTokens: 24 }',
      '  members: 0 # ensemble members drawn at the test',
    ];
  if (task === 'extractive-qa')
    return [
      named,
      lora,
      `  train: { epochs: 3, batchSize: 16, lr: 2e-3, maxTokens: ${windows.maxTokens} } # tokens of a window`,
      `  qa: { stride: ${windows.stride} } # tokens that neighbouring windows of a context share`,
      '  members: 4 # ensemble members M, drawn at the test',
    ];
  return [
    named,
    lora,
    `  train: { epochs: 6, batchSize: 16, lr: 2e-3, maxTokens: ${maxTokens} }`,
    '  members: 8 # ensemble members M, drawn at the test',
  ];
};

const hasRate = (method: string): boolean => 'p' in methods.find(method).options.shape;

/** A method with the default of its rate written out. */
const methodLine = (method: string): string => {
  if (!hasRate(method)) return method === 'none' ? '  none: # plain LoRA' : `  ${method}:`;
  const { p } = methods.parse({ name: method });
  return `  ${method}: { p: ${String(p)} }`;
};

/** The seeds of the search; those of the comparison follow them. */
const searchSeeds = [0, 1];

const seedList = (from: number, count: number): string =>
  `[${Array.from({ length: count }, (_, i) => from + i).join(', ')}]`;

/** The study file that `lab init` writes: YAML with a comment at every choice. */
export const studyYaml = (choices: StudyChoices): string => {
  const { name, files, columns, path, schema, seeds, methods: arms } = choices;
  const classification = columns.task === 'classification';
  const rated = arms.filter(hasRate);
  return [
    `# yaml-language-server: $schema=${schema}`,
    '# Written by lab init. Change what you like; docs/my-data.md explains every key.',
    `#   npm run lab -- tune ${path}           searches the settings of every method on validation`,
    `#   npm run lab -- run ${path} --tuned    compares the methods on fresh seeds, writes the report`,
    `name: ${scalar(name)}`,
    `title: ${JSON.stringify(`Dropout for LoRA on ${name}`)}`,
    `question: ${JSON.stringify(`Which dropout helps on ${files.train}, and how much?`)}`,
    '',
    'base: # what all runs share',
    '  dataset:',
    ...datasetLines(choices),
    ...trainingLines(choices),
    '',
    'methods: # what is compared; npm run lab -- list methods. A list, p: [.1, .3], is tried value by value',
    ...arms.map(methodLine),
    'baseline: none # what the others are compared with',
    `margin: 0.01 # smallest difference that counts: ${classification ? 'one point of accuracy' : '.01 of the score'}`,
    `seeds: ${seedList(searchSeeds.length, seeds)} # six at least, for a test over seeds`,
    '',
    'tuning: # what lab tune does: equal budgets for all methods',
    '  how: random',
    '  trials: 6 # settings tried for each method, the one above among them',
    `  seeds: ${seedList(0, searchSeeds.length)} # seeds of the search; the comparison has others`,
    '  shared: { train.lr: { low: 5e-4, high: 1e-2, scale: log } }',
    ...(rated.length === 0
      ? []
      : ['  own:', ...rated.map((method) => `    ${method}: { dropout.p: { low: 0.05, high: 0.5, scale: linear } }`)]),
    '  rungs: [2] # after this epoch only the better third of the trials goes on',
    '',
  ].join('\n');
};
