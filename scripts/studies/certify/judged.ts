import { fold, type Key } from '@lab/random';
import type { ClaimTest } from '@lab/report';
import { judge, seedsToHold, type LookPlan, type VerdictStatus } from '@lab/report/internals';
import { plantedStudy, type Plant } from './plants.ts';

const arm = (name: string) => ({ name, where: { method: name } });
const margin = { value: 0.05, from: 'the plant' };
/** "a is above each of these", with the margin of the plants. */
export const better = (...than: string[]): ClaimTest => ({
  kind: 'better',
  arm: arm('a'),
  than: than.map(arm),
  metric: 'score',
  margin,
});
export const noGain: ClaimTest = { kind: 'no-gain', arm: arm('a'), than: arm('b'), metric: 'score', margin };

/** One plant of the certificate and how its studies are judged. */
export interface RowSpec {
  readonly plant: string;
  readonly truth: string;
  readonly seeds: string;
  readonly asked: string;
  /** The verdict of one study, from its own key. */
  readonly study: (stream: Key) => VerdictStatus | Promise<VerdictStatus>;
  readonly wrong: readonly VerdictStatus[];
  readonly right: VerdictStatus | null;
}

/** The verdict on one study of so many seeds. */
export const judged = (plant: Plant, test: ClaimTest, seeds: number, looks?: LookPlan) => (stream: Key) =>
  judge(plantedStudy(plant, stream, seeds), [{ id: 'x', text: 'x', source: 'x', test }], looks)[0]?.status ??
  'cannot tell';

/** Looks at 8, 16 and 24 seeds; the first decision stays. */
export const sequential = (plant: Plant, test: ClaimTest) =>
  judged(plant, test, 24, { seeds: [8, 16, 24], spending: 'obrien-fleming' });

/** Six pilots plan the seeds; other seeds decide. */
export const planned = (plant: Plant, test: ClaimTest) => (stream: Key) => {
  const scores = (method: string, cells: ReturnType<typeof plantedStudy>) =>
    cells.filter((c) => c.labels.method === method).map((c) => c.record.result.evaluations[1]?.metrics.accuracy ?? 0);
  const pilots = plantedStudy(plant, fold(stream, 'pilots'), 6);
  const base = scores('b', pilots);
  const differences = scores('a', pilots).map((v, i) => v - (base[i] ?? 0));
  return judged(plant, test, seedsToHold([differences], margin.value) ?? 200)(fold(stream, 'study'));
};
