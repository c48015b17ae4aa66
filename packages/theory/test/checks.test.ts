import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checks, runChecks, type Material, type CheckRow } from '../src/index.ts';
import { testMaterial } from './material.ts';

let opened: Awaited<ReturnType<typeof testMaterial>>;
let material: Material;

beforeAll(async () => {
  opened = await testMaterial();
  ({ material } = opened);
});

afterAll(() => opened.engine.close());

const contradicted = (rows: readonly CheckRow[]) =>
  rows.filter(({ verdict }) => verdict === 'fails' || verdict === 'disagrees').length;

const failing = (rows: readonly CheckRow[]) => rows.filter(({ verdict }) => verdict === 'fails');

describe.each(checks.map((check) => [check.name, check] as const))('%s', (_name, check) => {
  it('holds, and its wrong formula is rejected', async () => {
    const before = opened.engine.alive();
    const [result] = await runChecks({ checks: [check], seed: 3, budget: 'smoke', material });
    const { rows, perturbed } = result!.found!;
    expect(rows.length).toBeGreaterThan(0);
    expect(failing(rows)).toEqual([]);
    expect(contradicted(perturbed)).toBeGreaterThan(contradicted(rows));
    expect(opened.engine.alive()).toBe(before);
  });
});

it('names are unique, and a check without material is skipped with the reason', async () => {
  expect(new Set(checks.map(({ name }) => name)).size).toBe(checks.length);
  const needy = checks.filter(({ needsMaterial }) => needsMaterial).slice(0, 1);
  const [result] = await runChecks({ checks: needy, seed: 3, budget: 'smoke', material: null });
  expect(result).toMatchObject({ found: null, skipped: 'needs a trained model and sentences' });
});

it('the same seed gives the same rows, another seed others', async () => {
  const run = async (seed: number) =>
    (await runChecks({ checks: checks.slice(0, 1), seed, budget: 'smoke', material: null }))[0]!.found;
  expect(await run(1)).toEqual(await run(1));
  expect(await run(1)).not.toEqual(await run(2));
});
