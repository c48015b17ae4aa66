import { readSafetensors } from '@lab/engine';
import { models } from '@lab/models';
import { readAdapterFiles, readRecord, type RunRecord } from '@lab/records';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { baseOf, Cancelled, type ConfigPatch, type PlannedRun } from '../src/index.ts';
import { fileOf, openWorker, scratch, tiny, type Worker } from './worker.ts';

let folder: ReturnType<typeof scratch>;
let worker: Worker;
beforeAll(async () => {
  worker = await openWorker('onnx');
});
afterAll(() => worker.close());
beforeEach(() => {
  folder = scratch();
});
afterEach(() => folder.remove());

const data = (name: string) => ({ name, train: 16, validation: 4, maxTest: 6 });
const stage = (dataset: string, more: ConfigPatch = {}): PlannedRun =>
  tiny({ name: 'none' }, { dataset: data(dataset), members: 0, ...more });
const after = ({ id }: PlannedRun, more: ConfigPatch = {}): ConfigPatch => ({
  from: { run: id, stream: '2', ...more },
});
const recordOf = ({ id }: PlannedRun): RunRecord => readRecord(folder.out, id)!;
const splitsOf = (run: PlannedRun) => [...new Set(recordOf(run).result.evaluations.map(({ split }) => split))];
const logits = (run: PlannedRun): readonly number[][] =>
  fileOf(folder.out, run, 'predictions.jsonl')
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { deterministic: number[] }).deterministic);

const close = (a: readonly number[][], b: readonly number[][]) =>
  a.flat().forEach((x, i) => expect(x).toBeCloseTo(b.flat()[i]!, 4));

describe('a stage that starts from a finished run', () => {
  it('of no epochs reads what that run left, as adapter and as merged weights', async () => {
    const first = stage('imdb');
    await worker.run(first, folder.out);
    for (const take of ['adapter', 'merged']) {
      const read = stage('imdb', { ...after(first, { take }), train: { epochs: 0, batchSize: 8, maxTokens: 16 } });
      expect(await worker.run(read, folder.out)).toBe('done');
      close(logits(read), logits(first));
    }
  });

  it('trained from merged weights adds its update to theirs: a third stage sees both', async () => {
    const train = { epochs: 1, batchSize: 8, maxTokens: 16 };
    const first = stage('imdb', { train });
    const second = stage('imdb', { ...after(first, { take: 'merged' }), train });
    const third = stage('imdb', { ...after(second, { take: 'merged' }), train: { ...train, epochs: 0 } });
    for (const run of [first, second, third]) await worker.run(run, folder.out);
    close(logits(third), logits(second));
    expect(logits(second)).not.toEqual(logits(first));
  });

  it('is another run than one that starts afresh, and draws from streams of its own', async () => {
    const first = stage('imdb');
    const [second, third] = ['2', '3'].map((stream) =>
      stage('yelp', after(first, { take: 'merged', head: 'fresh', stream })),
    );
    for (const run of [first, second!, third!]) await worker.run(run, folder.out);
    expect(new Set([first.id, second!.id, third!.id, stage('yelp').id]).size).toBe(4);
    expect(logits(second!)).not.toEqual(logits(third!));
  });

  it('stopped in the middle gives the same bytes', async () => {
    const first = stage('imdb');
    const second = stage('yelp', after(first, { take: 'merged' }));
    await worker.run(first, folder.out);
    const stop = new AbortController();
    const onProgress = ({ step }: { readonly step: number }) => step === 3 && stop.abort();
    await expect(worker.run(second, folder.out, { signal: stop.signal, onProgress })).rejects.toThrow(Cancelled);
    await worker.run(second, folder.out);
    const whole = scratch();
    try {
      for (const run of [first, second]) await worker.run(run, whole.out);
      for (const file of ['predictions.jsonl', 'metrics.jsonl', 'adapter/adapter_model.safetensors'])
        expect(fileOf(folder.out, second, file), file).toBe(fileOf(whole.out, second, file));
    } finally {
      whole.remove();
    }
  });

  it('reads merged weights whole, also where a checkpoint can be read tensor by tensor', async () => {
    const first = stage('imdb');
    await worker.run(first, folder.out);
    const model = await models.build({ name: 'use-lite' }, {});
    const eachWeight = async function* () {
      yield* Object.entries(await model.weights());
    };
    const second = stage('imdb', after(first, { take: 'merged' }));
    const { model: merged } = baseOf(second.config, { ...model, eachWeight }, folder.out);
    expect(merged.eachWeight).toBeUndefined();
    const name = 'layer.0.attention.query.weight';
    expect((await merged.weights())[name]!.data).not.toEqual((await model.weights())[name]!.data);
  });

  it('leaves no values behind on the engine', async () => {
    const first = stage('imdb');
    await worker.run(first, folder.out);
    const before = worker.alive();
    await worker.run(stage('yelp', after(first, { take: 'merged' })), folder.out);
    expect(worker.alive()).toBe(before);
  });

  it('takes the mean of several', async () => {
    const [a, b] = [stage('imdb'), stage('imdb', { seed: 4 })];
    for (const run of [a, b]) await worker.run(run, folder.out);
    const train = { epochs: 0, batchSize: 8, maxTokens: 16 };
    const mean = (first: number, second: number) =>
      stage('imdb', {
        from: {
          runs: [
            { run: a.id, weight: first },
            { run: b.id, weight: second },
          ],
        },
        train,
      });
    const [onlyA, half] = [mean(1, 0), mean(1, 1)];
    for (const run of [onlyA, half]) await worker.run(run, folder.out);
    close(logits(onlyA), logits(a));
    expect(logits(half)).not.toEqual(logits(a));
  });
});

const verbs = ['verb.motion', 'verb.contact', 'verb.change'];
const nouns = ['noun.food', 'noun.plant'];
const groups = (classes: readonly string[]) => ({ name: 'supersense', onlyClasses: classes, maxTest: 12 });

describe('tasks', () => {
  it('of one head are all tested, by their names', async () => {
    const first = stage('imdb', { tasks: { own: 'imdb' } });
    const second = stage('yelp', {
      ...after(first),
      tasks: { own: 'yelp', others: [{ name: 'imdb', dataset: data('imdb') }] },
    });
    for (const run of [first, second]) await worker.run(run, folder.out);
    expect(splitsOf(second)).toEqual(['train', 'validation', 'test', 'task:yelp', 'task:imdb']);
    // A sequence of one stage is a run.
    expect(logits(first)).toEqual((await worker.run(stage('imdb'), folder.out), logits(stage('imdb'))));
  });

  it('with a growing head choose among all classes met, and earlier rows stay as they were', async () => {
    const first = stage('imdb', { dataset: groups(verbs), tasks: { own: 'verbs', head: 'growing' } });
    const others = [{ name: 'verbs', dataset: groups(verbs) }];
    const second = stage('imdb', {
      dataset: groups(nouns),
      ...after(first),
      tasks: { own: 'nouns', others, head: 'growing' },
    });
    for (const run of [first, second]) await worker.run(run, folder.out);
    expect(logits(second)[0]).toHaveLength(5);
    expect(splitsOf(second).slice(3)).toEqual(['task:nouns', 'told:nouns', 'task:verbs', 'told:verbs']);
    const [before, now] = [first, second].map(
      ({ id }) => readSafetensors(readAdapterFiles(folder.out, id)!.get('adapter_model.safetensors')!).tensors,
    );
    const name = (part: string) => `base_model.model.${part}.weight`;
    expect(now![name('earlier')]!.data).toEqual(before![name('classifier')]!.data);
    const { trainable, adapter } = recordOf(second).result.counts;
    expect(trainable).toBe(adapter + 2 * 513);
  });
});

describe('a start that does not fit is refused in one sentence', () => {
  const first = stage('imdb');
  const refused = async (more: ConfigPatch, words: string | RegExp) => {
    await worker.run(first, folder.out);
    await expect(worker.run(stage('imdb', more), folder.out)).rejects.toThrow(words);
  };

  it('of another rank', () =>
    refused(
      { ...after(first), adapter: { name: 'lora', r: 8 } },
      /^from: run \w+ left \[4, 256\] for \S+; this run has \[8, 256\]; take the same adapter, or from.take: merged$/,
    ));

  it('with another number of classes', () =>
    refused({ ...after(first), dataset: groups(verbs) }, /classifier.weight; .* from.head: fresh begins a new head$/));

  it('from a run that is not there', () =>
    refused({ from: { run: '0123456789abcdef' } }, /^from: run 0123456789abcdef is not finished in /));

  it('with a growing head that forgets a task', () =>
    refused(
      {
        ...after(first),
        dataset: groups(nouns),
        tasks: { own: 'nouns', others: [{ name: 'verbs', dataset: groups(verbs) }], head: 'growing' },
      },
      /left \[2, 512\] for earlier.weight; this run has \[3, 512\]; tasks.others lists every task met before/,
    ));
});
