import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lab, scratch, start } from './cli.ts';

let folder: ReturnType<typeof scratch>;
beforeEach(() => {
  folder = scratch();
});
afterEach(() => folder.remove());

const args = (out: string) => ['run', 'compare', '--scale', 'smoke', '--out', out, '--workers', '2'];

/** A hash of every run's predictions, by run id. */
const predictions = (out: string): { readonly [id: string]: string } =>
  Object.fromEntries(
    readdirSync(join(out, 'runs'))
      .sort()
      .map((id) => [
        id,
        createHash('sha256')
          .update(readFileSync(join(out, 'runs', id, 'predictions.jsonl')))
          .digest('hex'),
      ]),
  );

const doneIn = (out: string): number => {
  const runs = join(out, 'runs');
  return existsSync(runs) ? readdirSync(runs).filter((id) => existsSync(join(runs, id, 'DONE'))).length : 0;
};

const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
};

describe('a sweep', () => {
  it('is computed once, and survives kill -9 and Ctrl-C with the same bytes', async () => {
    const whole = join(folder.out, 'whole');
    const first = await lab(...args(whole));
    expect(first.stderr).toContain('5 done');
    expect(first.code).toBe(0);
    expect(first.stdout).toContain('All methods');

    const second = await lab(...args(whole));
    expect(second.stderr).toContain('All 5 runs are done already; nothing is computed again.');
    expect(second.code).toBe(0);
    expect(second.stdout).toBe(first.stdout);

    const broken = join(folder.out, 'broken');
    const killed = start(...args(broken));
    await until(() => doneIn(broken) >= 1);
    killed.child.kill('SIGKILL');
    await killed.ended;
    const survived = doneIn(broken);

    const stopped = start(...args(broken));
    // An orphan of the killed sweep may still finish its run while this one starts.
    await until(() => doneIn(broken) > survived && stopped.said().includes('Engine:'));
    stopped.child.kill('SIGINT');
    const { code, stderr } = await stopped.ended;
    expect(code).toBe(130);
    expect(stderr).toContain('goes on from there');

    const last = await lab(...args(broken));
    expect(last.code).toBe(0);
    expect(predictions(broken)).toEqual(predictions(whole));
  }, 180_000);

  it('plans, lists and tells its state without training', async () => {
    const plan = await lab('plan', 'compare', '--scale', 'smoke', '--out', folder.out, '--json');
    const { plans } = JSON.parse(plan.stdout) as {
      plans: { runs: { state: string; labels: { method: string } }[] }[];
    };
    const runs = plans.flatMap((each) => each.runs);
    expect(runs.map(({ labels }) => labels.method)).toContain('hiddenkey');
    expect(runs.every(({ state }) => state === 'planned')).toBe(true);
    const status = await lab('status', 'compare', '--scale', 'smoke', '--out', folder.out);
    expect(status.stdout).toMatch(/planned[\s\S]*compare +smoke +5 +0 % +5/);
    const list = await lab('list', 'methods');
    expect(list.stdout).toContain('lora-dropout');
  });
});
