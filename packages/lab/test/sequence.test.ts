import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lab, scratch, start } from './cli.ts';

let folder: ReturnType<typeof scratch>;
beforeEach(() => {
  folder = scratch();
});
afterEach(() => folder.remove());

const site = (name: string) => ({ name, train: 16, validation: 4, maxTest: 8 });
const stages = ['imdb', 'yelp', 'amazon'].map((name, i, all) => ({
  name: String(i + 1),
  config: {
    dataset: site(name),
    tasks: { own: name, others: all.slice(0, i).map((other) => ({ name: other, dataset: site(other) })) },
    ...(i === 0 ? {} : { from: { stage: String(i), take: i === 1 ? 'adapter' : 'merged' } }),
  },
}));

const experiment = (change: object = {}) => ({
  name: 'trial-sequence',
  scales: {
    smoke: {
      seeds: [0, 1],
      base: {
        model: { name: 'use-lite' },
        adapter: { name: 'lora', r: 4 },
        dropout: { name: 'none' },
        members: 0,
        train: { epochs: 1, batchSize: 8, maxTokens: 16, ...change },
      },
      arms: [{ labels: { method: 'sequential' }, stages }],
    },
  },
});

const file = (content: object): string => {
  const path = join(folder.out, 'sequence.json');
  writeFileSync(path, JSON.stringify(content));
  return path;
};

const run = (path: string, out: string) => ['run', path, '--scale', 'smoke', '--workers', '2', '--out', out];

interface Planned {
  readonly plans: readonly {
    readonly runs: readonly { readonly id: string; readonly config: { readonly from?: { readonly run: string } } }[];
  }[];
}

const planned = async (path: string) => {
  const { stdout } = await lab('plan', path, '--scale', 'smoke', '--json', '--out', folder.out);
  return (JSON.parse(stdout) as Planned).plans.flatMap(({ runs }) => runs);
};

const fileOf = (out: string, id: string, name: string): string => readFileSync(join(out, 'runs', id, name), 'utf8');

/** When an event of a run's history happened first. */
const timeOf = (out: string, id: string, event: string): string =>
  fileOf(out, id, 'history.jsonl')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { event: string; at: string })
    .find((entry) => entry.event === event)!.at;

describe('a sequence', () => {
  it('begins no stage before what it starts from is done, and killed workers change no byte', async () => {
    const path = file(experiment());
    const runs = await planned(path);
    expect(runs).toHaveLength(6);
    const whole = join(folder.out, 'whole');
    expect((await lab(...run(path, whole))).stderr).toContain('6 done');
    const started = runs.filter(({ config }) => config.from !== undefined);
    expect(started).toHaveLength(4);
    for (const { id, config } of started)
      expect(timeOf(whole, id, 'started') >= timeOf(whole, config.from!.run, 'done'), id).toBe(true);

    const broken = join(folder.out, 'broken');
    const killed = start(...run(path, broken));
    while (!killed.said().includes('[3/6]')) await new Promise((resolve) => setTimeout(resolve, 20));
    killed.child.kill('SIGKILL');
    await killed.ended;
    const again = await lab(...run(path, broken));
    expect(again.code).toBe(0);
    for (const { id } of runs)
      for (const name of ['predictions.jsonl', 'adapter/adapter_model.safetensors'])
        expect(fileOf(broken, id, name), `${id} ${name}`).toBe(fileOf(whole, id, name));
    expect(readdirSync(join(broken, 'runs')).sort()).toEqual(runs.map(({ id }) => id).sort());
  }, 600_000);

  it('whose first stage diverges fails with one sentence a stage, and the rest goes on', async () => {
    const path = file(experiment({ lr: 1e38, epochs: 2 }));
    const { stderr, code } = await lab(...run(path, join(folder.out, 'diverged')));
    expect(stderr).toContain('2 diverged, 4 failed');
    expect(stderr).toMatch(/it starts from run [0-9a-f]{16}, which is diverged/);
    expect(stderr).toMatch(/it starts from run [0-9a-f]{16}, which is not trained/);
    expect(code).toBe(1);
  }, 300_000);
});
