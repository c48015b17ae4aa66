import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { lab, scratch } from './cli.ts';

const { out, remove } = scratch();
afterAll(remove);

const file = join(out, 'tiny.json');
const write = (seeds: readonly number[]) =>
  writeFileSync(
    file,
    JSON.stringify({
      name: 'tiny',
      scales: {
        quick: {
          base: {
            dataset: { name: 'imdb', train: 16, validation: 8, maxTest: 16 },
            model: { name: 'use-lite' },
            adapter: { name: 'lora' },
            dropout: { name: 'none' },
            train: { epochs: 1, batchSize: 8, maxTokens: 16 },
            members: 0,
          },
          seeds,
        },
      },
    }),
  );

describe('lab register and lab verify', () => {
  it('freeze a plan once, and name what is missing and what was dropped', async () => {
    write([0, 1]);
    const places = ['--out', out];
    expect((await lab('verify', file, ...places)).stderr).toContain('nothing is registered');
    const looks = await lab('register', file, '--looks', '2', '3', ...places);
    expect(looks.code).toBe(2);
    expect(looks.stderr).toContain('--looks 2 3: the experiment has no claims to decide');
    const registered = await lab('register', file, ...places);
    expect(registered.stdout).toContain('2 runs registered before the first result; sha256');
    const again = await lab('register', file, ...places);
    expect(again.code).toBe(2);
    expect(again.stderr).toContain('registered already');
    write([0]);
    const verified = await lab('verify', file, ...places);
    expect(verified.code).toBe(1);
    expect(verified.stdout).toContain('dropped from the plan: seed 1');
    expect(verified.stdout).toContain('not finished, or dropped');
  }, 120_000);
});

describe('a study from pilots to verification', () => {
  const at = (seeds: string) => ['--scale', 'smoke', '--out', join(out, 'looks'), '--set', `seed=[${seeds}]`];
  const pilots = at('100,101,102');
  const study = at('103,104,105,106');
  const workers = ['--workers', '1'];

  it('refuses pilots, trains look by look, and names an edited prediction and a changed score', async () => {
    expect((await lab('run', 'ablation', ...pilots, ...workers)).code).toBe(0);
    const planned = await lab('power', 'ablation', ...pilots, '--seeds', '48');
    expect(planned.stdout).toContain('test sentences to hold');
    expect((await lab('register', 'ablation', ...at('102,103'))).stderr).toContain('seed 102 was a pilot of lab power');
    expect((await lab('register', 'ablation', ...study, '--looks', '2', '3')).stderr).toContain('end at the 4 seeds');
    expect((await lab('register', 'ablation', ...study, '--looks', '2', '4')).code).toBe(0);

    const ran = await lab('run', 'ablation', ...study, ...workers, '--json');
    expect(JSON.parse(ran.stdout)).toHaveLength(2);
    expect((await lab('power', 'ablation', ...study)).stderr).toContain('these runs are registered');
    const reported = await lab('report', 'ablation', ...study, '--json');
    const { folders } = JSON.parse(reported.stdout) as { folders: readonly string[] };
    expect(existsSync(join(folders[0]!, 'protocol.json'))).toBe(true);

    const verified = await lab('verify', 'ablation', ...study, '--retrain', '0.25', ...workers);
    expect(verified.stdout).toContain('as registered');
    expect(verified.stderr).toContain('2 runs, 0 done already');

    const [id] = (
      JSON.parse(readFileSync(join(folders[0]!, 'protocol.json'), 'utf8')) as { runs: { id: string }[] }
    ).runs.map((run) => run.id);
    const file = join(out, 'looks', 'runs', id!, 'predictions.jsonl');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"label":0', '"label":1'));
    const edited = await lab('verify', 'ablation', ...study);
    expect(edited.code).toBe(1);
    expect(edited.stdout).toContain(`run ${id}`);
  }, 300_000);
});
