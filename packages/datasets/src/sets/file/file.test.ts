import { describe, expect, it } from 'vitest';
import { build, labelCounts, parquet, sourcesWith } from '../../../test/fixtures.ts';
import { sha256 } from '../../hub/cache.ts';

const csv = ['body,stars', ...Array.from({ length: 40 }, (_, i) => `"text, ${i}",${i % 2 ? 10 : 9}`)].join('\n');
const columns = { text: 'body', label: 'stars' };

describe('file', () => {
  it('splits validation and test off, and orders numeric classes by size', async () => {
    const sources = await sourcesWith({ 'x.csv': csv });
    const { splits, task, metric } = await build(
      { name: 'file', train: 'x.csv', columns, validationSize: 8, testSize: 12 },
      sources,
    );
    expect([splits.train.length, splits.validation.length, splits.test.length]).toEqual([20, 8, 12]);
    expect(task).toEqual({ kind: 'classification', classes: ['9', '10'] });
    expect(metric).toBe('accuracy');
    expect(splits.train[0]!.text).toMatch(/^text, \d+$/);
  });

  it('reads tsv, jsonl and parquet alike', async () => {
    const tsv = 'a\tb\ty\nhe said "no\tx\tn\nyes\tx\ty\n';
    const jsonl = '{"a":"he said \\"no","b":"x","y":"n"}\n{"a":"yes","b":"x","y":"y"}\n';
    const table = parquet([
      { name: 'a', data: ['he said "no', 'yes'], type: 'STRING' },
      { name: 'b', data: ['x', 'x'], type: 'STRING' },
      { name: 'y', data: ['n', 'y'], type: 'STRING' },
    ]);
    const sources = await sourcesWith({ 'd.tsv': tsv, 'd.jsonl': jsonl, 'd.parquet': table });
    const read = (file: string) =>
      build(
        { name: 'file', train: file, validation: file, test: file, columns: { text: 'a', pair: 'b', label: 'y' } },
        sources,
      );
    const [one, two, three] = await Promise.all(['d.tsv', 'd.jsonl', 'd.parquet'].map(read));
    expect(one!.splits.test[0]).toEqual({ id: 'test:0', text: 'he said "no', pair: 'x', label: 0 });
    expect(two!.splits).toEqual(one!.splits);
    expect(three!.splits).toEqual(one!.splits);
  });

  it('reads questions in SQuAD form, as a list of objects, and with answers in an object, alike', async () => {
    const context = 'Ada wrote it for Ada.';
    const rows = [
      { question: 'Who?', text: ['Ada'], answer_start: [17] },
      { question: 'When?', text: [], answer_start: [] },
    ];
    const qas = rows.map(({ question, text, answer_start: at }) => ({
      question,
      answers: text.map((one, i) => ({ text: one, answer_start: at[i] })),
    }));
    const sources = await sourcesWith({
      's.json': JSON.stringify({ version: '2', data: [{ paragraphs: [{ context, qas }] }] }),
      'l.json': JSON.stringify(
        rows.map(({ text, ...row }) => ({ ...row, context, answers: text })),
        null,
        1,
      ),
      'o.jsonl': rows.map(({ question, ...answers }) => JSON.stringify({ question, context, answers })).join('\n'),
    });
    const read = async (file: string, columns: object) => {
      const files = { train: file, validation: file, test: file };
      return build(
        { name: 'file', task: 'extractive-qa', ...files, columns: { text: 'question', pair: 'context', ...columns } },
        sources,
      );
    };
    const squad = await read('s.json', { target: 'answers' });
    expect(squad.splits.test).toEqual([
      { id: 'test:0', text: 'Who?', pair: context, label: 0, references: ['Ada'], spans: [[17, 20]] },
      { id: 'test:1', text: 'When?', pair: context, label: 0, references: [], spans: [] },
    ]);
    expect(squad.task).toEqual({ kind: 'extractive-qa', unanswerable: true });
    expect((await read('l.json', { target: 'answers' })).splits).toEqual(squad.splits);
    const parts = { target: 'answers.text', start: 'answers.answer_start' };
    expect((await read('o.jsonl', parts)).splits).toEqual(squad.splits);
    // Without offsets an answer is where it first stands.
    const first = await read('o.jsonl', { ...parts, start: null });
    expect(first.splits.test[0]!.spans).toEqual([[0, 3]]);
  });

  it('names an answer that does not stand in its context, and a list that is no JSON', async () => {
    const files = (file: string) => ({ train: file, validation: file, test: file });
    const sources = await sourcesWith({
      'a.jsonl': '{"q":"Who?","c":"Ada.","a":"Bob"}\n',
      'b.json': '[{"q":1},',
      'c.json': '{"data":[{"paragraphs":3}]}',
      'd.json': '[3]',
    });
    const read = (file: string) =>
      build(
        {
          name: 'file',
          task: 'extractive-qa',
          ...files(file),
          columns: { text: 'q', pair: 'c', target: 'a', start: null },
        },
        sources,
      );
    await expect(read('a.jsonl')).rejects.toThrow(
      /a\.jsonl:1: column "a": "Bob" does not stand in column "c"; set malformed: skip/,
    );
    await expect(read('b.json')).rejects.toThrow(/b\.json: not valid JSON/);
    await expect(read('c.json')).rejects.toThrow(/c\.json: at "data\.0\.paragraphs"/);
    await expect(read('d.json')).rejects.toThrow(/d\.json:1: .*not a JSON object/);
  });

  it('reads regression, question answering and text-to-text', async () => {
    const sources = await sourcesWith({
      'r.csv': 'text,label\na,1.5\nb,-2\n',
      'q.jsonl':
        '{"text":"Who?","c":"  ' +
        'Ada.","target":"Ada","answer_start":2}\n{"text":"When?","c":"Ada.","target":[],"answer_start":[]}\n',
      't.jsonl': '{"text":"a","target":["x","y"]}\n{"text":"b","target":"z"}\n',
    });
    const all = (file: string, rest: object) =>
      build({ name: 'file', train: file, validation: file, test: file, ...rest }, sources);
    expect((await all('r.csv', { task: 'regression' })).splits.test.map(({ label }) => label)).toEqual([1.5, -2]);
    const qa = await all('q.jsonl', { task: 'extractive-qa', columns: { pair: 'c' } });
    expect(qa.splits.test.map(({ spans }) => spans)).toEqual([[[2, 5]], []]);
    const text = await all('t.jsonl', { task: 'text-to-text' });
    expect(text.splits.test.map(({ references }) => references)).toEqual([['x', 'y'], ['z']]);
    expect(text.metric).toBe('rouge-l');
  });

  it.each([
    [
      'a label outside the classes',
      { 'x.csv': 'text,label\na,yes\nb,maybe\n' },
      { classes: ['no', 'yes'] },
      /x\.csv:3: column "label": expected one of no, yes; got "maybe"/,
    ],
    [
      'a column that is absent',
      { 'x.csv': 'body,label\na,yes\nb,no\n' },
      {},
      /x\.csv: no column "text"; the file has: body, label; name it in columns\.text/,
    ],
    [
      'a row that is too long',
      { 'x.csv': 'text,label\na,yes\nb,no,more\n' },
      {},
      /x\.csv:3: column "label": expected 2 cells, got 3/,
    ],
    ['only one class', { 'x.csv': 'text,label\na,yes\nb,yes\n' }, {}, /x\.csv: column "label" holds only "yes"/],
    [
      'an unknown metric',
      { 'x.csv': 'text,label\na,yes\nb,no\n' },
      { metric: 'f2' },
      /metric "f2" cannot be the main metric of a classification task; allowed: accuracy, f1, matthews/,
    ],
    ['an empty file', { 'x.csv': '' }, {}, /x\.csv: the file is empty/],
    ['a header alone', { 'x.csv': 'text,label\n' }, {}, /x\.csv: no usable rows/],
    ['a missing file', {}, {}, /cannot read .*x\.csv: there is nothing at this path; .* --data-dir/],
    [
      'a class that is named twice',
      { 'x.csv': 'text,label\na,yes\nb,no\n' },
      { classes: ['yes', 'yes', 'no'] },
      /key "classes": expected names that differ/,
    ],
    ['too few rows to split', { 'x.csv': 'text,label\na,yes\nb,no\n' }, {}, /2 usable rows, too few/],
  ])('refuses %s in one sentence', async (_what, files, options, message) => {
    const sources = await sourcesWith(files as never);
    const built = async () => build({ name: 'file', train: 'x.csv', ...options }, sources);
    await expect(built()).rejects.toThrow(message);
  });

  it('refuses an unknown format and a file with another digest', async () => {
    const sources = await sourcesWith({ 'x.txt': csv, 'x.csv': csv });
    await expect(build({ name: 'file', train: 'x.txt' }, sources)).rejects.toThrow(
      /set format to one of csv, tsv, jsonl, parquet/,
    );
    const config = { name: 'file', train: 'x.csv', columns, testSize: 4 };
    await expect(build({ ...config, sha256: { train: '0'.repeat(64) } }, sources)).rejects.toThrow(
      /x\.csv: SHA-256 is/,
    );
    const right = await build({ ...config, sha256: { train: sha256(new TextEncoder().encode(csv)) } }, sources);
    expect(labelCounts([...right.splits.train, ...right.splits.validation, ...right.splits.test], 2)).toEqual([20, 20]);
  });
});
