import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { BadInput } from '@lab/records';
import { parseExperiment, planExperiment, searchArms } from '@lab/runner';
import { init, type InitOptions } from '../src/commands/init.ts';
import { chooseColumns, takeSuggested } from '../src/init/choose.ts';
import { columnFacts } from '../src/init/columns.ts';
import { lab, scratch } from './cli.ts';

const { out, remove } = scratch();
afterAll(remove);

const put = (name: string, text: string): string => {
  const path = join(out, name);
  writeFileSync(path, text);
  return path;
};

const rows = (count: number) =>
  Array.from({ length: count }, (_, i) => ({
    id: i,
    body: `this is the review of number ${i}`,
    stars: i % 2 ? 'good' : 'bad',
  }));
const csvOf = (list: readonly object[]): string =>
  [Object.keys(list[0] ?? {}).join(','), ...list.map((row) => Object.values(row).join(','))].join('\n');

const options = (more: Partial<InitOptions> = {}): InitOptions => ({
  methods: ['lora-input', 'hiddenkey'],
  seeds: 6,
  to: join(out, 'study.yaml'),
  force: true,
  yes: true,
  time: false,
  out,
  json: false,
  ...more,
});

/** What init prints, and the study that it writes. */
const initialised = async (path: string, more: Partial<InitOptions> = {}) => {
  const lines: string[] = [];
  const spy = vi.spyOn(console, 'log').mockImplementation((text: string) => void lines.push(text));
  try {
    await init(path, options(more));
  } finally {
    spy.mockRestore();
  }
  const to = more.to ?? options().to;
  return { said: lines.join('\n'), experiment: parseExperiment(readFileSync(to, 'utf8'), to) };
};

const refusal = async (path: string, more: Partial<InitOptions> = {}): Promise<string> => {
  const error: unknown = await init(path, options(more)).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(BadInput);
  return (error as BadInput).message;
};

describe('lab init', () => {
  it('finds text and label, counts, and writes a study that plans and searches', async () => {
    const list = [...rows(100), { id: 100, body: 'this is the review of number 1', stars: 'bad' }];
    const { said, experiment } = await initialised(put('own reviews.csv', csvOf(list)));
    expect(said).toContain('text body, label stars, classification');
    expect(said).toMatch(/classes +bad 51, good 50 \(always the largest: 50\.5 % right\)/);
    expect(said).toMatch(/duplicates 1 rows repeat the text of another, 1 of them with another label/);
    expect(said).toMatch(/overlap +0 test rows also stand in train or validation/);
    const runs = planExperiment(experiment, 'quick');
    expect(experiment.name).toBe('own-reviews');
    expect(new Set(runs.map(({ labels }) => labels.method))).toEqual(new Set(['none', 'lora-input', 'hiddenkey']));
    expect(runs).toHaveLength(18);
    expect(runs[0]!.config.dataset).toMatchObject({ name: 'file', validationSize: 15, testSize: 30 });
    // Searching and comparing never share a seed, and every method has the same budget.
    expect(searchArms(experiment, 'quick').arms.map(({ trials }) => trials.length)).toEqual([6, 6, 6]);
  });

  it('reads tsv and jsonl, pairs, a test file and its overlap with train', async () => {
    const pairs = rows(60).map(({ body, stars }) => ({ premise: body, hypothesis: 'so it is', label: stars }));
    const train = put('pairs.jsonl', pairs.map((row) => JSON.stringify(row)).join('\n'));
    const test = put('test.tsv', csvOf(pairs.slice(0, 10)).replaceAll(',', '\t'));
    const { said, experiment } = await initialised(train, { test });
    expect(said).toContain('text premise, pair hypothesis, label label');
    expect(said).toMatch(/overlap +10 test rows also stand in train or validation/);
    expect(planExperiment(experiment, 'quick')[0]!.config.dataset).toMatchObject({ test, testSize: null });
    const digests = planExperiment(experiment, 'quick')[0]!.config.dataset.sha256 as object;
    expect(Object.keys(digests)).toEqual(['train', 'test']);
  });

  it('tells numbers on a scale from classes, and texts to write from both', async () => {
    const scale = put('s.csv', csvOf(rows(60).map(({ id, body }) => ({ body, score: id / 7 }))));
    expect((await initialised(scale)).said).toContain('label score, regression');
    const classes = put('c.csv', csvOf(rows(60).map(({ id, body }) => ({ body, score: id % 5 }))));
    expect((await initialised(classes)).said).toContain('label score, classification');
    const written = put(
      'w.csv',
      csvOf(rows(60).map(({ id, body }) => ({ source: body, target: `answer of ${id} to it` }))),
    );
    const { said, experiment } = await initialised(written);
    expect(said).toContain('text source, label target, text-to-text');
    expect(planExperiment(experiment, 'quick')[0]!.config.model.name).toBe('embedded-gpt');
  });

  it('finds questions on a context, where the answers stand in it', async () => {
    const list = rows(60).map(({ id, body }) => ({
      context: `${body}.`,
      question: `which ${id}?`,
      answer: String(id),
    }));
    const questions = put('questions.json', JSON.stringify(list));
    const { said, experiment } = await initialised(questions);
    expect(said).toContain('text question, pair context, label answer, extractive-qa');
    expect(said).toMatch(/questions +on 60 different contexts, 0 without an answer/);
    expect(said).toMatch(/--weights <folder>\n.*--weights <folder>\nThe weights of minilm do not come with/);
    const { config } = planExperiment(experiment, 'quick')[0]!;
    expect(config.dataset).toMatchObject({
      task: 'extractive-qa',
      columns: { text: 'question', pair: 'context', target: 'answer', start: null },
    });
    expect(config.qa).toMatchObject({ stride: 32 });
    const other = put('other.json', JSON.stringify(list.map((row) => ({ ...row, answer: 'not there at all' }))));
    const to = join(out, 'none.yaml');
    const columns = { text: 'question', label: 'answer', task: 'extractive-qa' } as const;
    expect(await refusal(other, { to, ...columns, pair: 'none' })).toMatch(
      /extractive-qa needs questions \(--text\), contexts \(--pair\) and answers that stand in them \(--label\)/,
    );
    expect(await refusal(other, { to, ...columns, pair: 'context' })).toMatch(
      /other\.json:1: column "answer": "not there at all" does not stand in column "context"/,
    );
  });

  it('keeps a first study small, and says so in the file', async () => {
    const { experiment } = await initialised(put('big.csv', csvOf(rows(3000))));
    expect(planExperiment(experiment, 'quick')[0]!.config.dataset).toMatchObject({ subset: 150, testSize: 900 });
    expect(readFileSync(options().to, 'utf8')).toMatch(
      /subset: 150 # training rows of each class; without this line: all/,
    );
  });

  it('asks, and takes what the person answers', async () => {
    const asked: string[] = [];
    const answers = ['two', 'none', 'three', 'classification'];
    const ask = (question: string) => Promise.resolve(answers[asked.push(question) - 1] ?? '');
    const facts = columnFacts([{ one: 'a', two: 'b', three: 'c' }]);
    const chosen = await chooseColumns('x.csv', facts, { flags: {}, ask });
    expect(chosen).toEqual({ text: 'two', pair: null, label: 'three', task: 'classification' });
    expect(asked[0]).toContain('one, two, three');
    const flags = { text: 'one', label: 'two' };
    expect(await chooseColumns('x.csv', facts, { flags, ask: takeSuggested })).toMatchObject(flags);
  });

  it('refuses in one sentence, and writes nothing', async () => {
    const file = put('r.csv', csvOf(rows(40)));
    const to = join(out, 'none.yaml');
    expect(await refusal(file, { to, text: 'bdy' })).toMatch(/--text: no column "bdy" \(did you mean "body"\?\)/);
    expect(await refusal(file, { to, text: 'stars', label: 'stars' })).toMatch(/cannot be the text and the label/);
    expect(await refusal(put('n.csv', csvOf(rows(40).map(({ id }) => ({ id, other: -id })))), { to })).toMatch(
      /which column is the (text|label)\? Say --(text|label) <column>: id, other/,
    );
    expect(await refusal(file, { to, methods: ['nobody'] })).toMatch(/unknown dropout "nobody"/);
    expect(await refusal(put('few.csv', csvOf(rows(2))), { to })).toMatch(/2 usable rows; a study needs 20 at least/);
    expect(existsSync(to)).toBe(false);
    expect(await refusal(file, { to: file, force: false })).toMatch(/is there already; .*--to.*--force/);
  });

  it('is a command that scripts can call', async () => {
    const to = join(out, 'cli.yaml');
    const { code, stdout } = await lab('init', put('cli.csv', csvOf(rows(40))), '--to', to, '--out', out, '--json');
    expect(code).toBe(0);
    const said = JSON.parse(stdout) as { readonly seconds: { readonly search: number; readonly comparison: number } };
    expect(said).toMatchObject({ study: to, name: 'cli', columns: { text: 'body', label: 'stars' } });
    expect(said.seconds.search).toBeGreaterThan(said.seconds.comparison / 10);
  });
});
