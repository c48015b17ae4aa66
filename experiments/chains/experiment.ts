import type { ReportArm, ReportSpec } from '@lab/report';
import type { Arm, ConfigPatch, Experiment } from '@lab/runner';
import { embedded, quick, smoke } from '../embedded.ts';
import { onePointOfSequences } from '../margins.ts';
import { chainStages } from '../sequences.ts';

const title = 'Chains of low-rank updates';
const question =
  'At an equal number of epochs, does merging an adapter and beginning again do more than one adapter alone?';

/** Lengths of COLA's and RAC-LoRA's chains, and XGBLoRA's numbers of boosters. */
const links = [1, 2, 3, 6] as const;

/** One link of each system, as the adapter that is trained in it. */
const systems: { readonly [system: string]: (link: number) => ConfigPatch } = {
  COLA: () => ({ name: 'lora', r: 8, alpha: 16 }),
  // A factor drawn and fixed: twice the rank trains as many parameters.
  'RAC-LoRA': () => ({ name: 'rac-lora', r: 16, alpha: 32, links: 1 }),
  XGBLoRA: (link) => ({ name: 'xgblora', r: 1, alpha: 2, rounds: 1, layers: 1, seed: link }),
};

/** Every system at every length that divides the epochs, so that all train equally long. */
const chainArms = (datasets: readonly ConfigPatch[], epochs: number): readonly Arm[] =>
  datasets.flatMap((dataset) =>
    Object.entries(systems).flatMap(([system, adapterOf]) =>
      links
        .filter((length) => epochs % length === 0)
        .map((length): Arm => ({
          labels: { dataset: String(dataset.name), system, links: length },
          config: { dataset },
          stages: chainStages(length, (link) => ({
            adapter: adapterOf(link),
            train: { epochs: epochs / length },
          })),
        })),
    ),
  );

const at = (system: string, length?: number): ReportArm => ({
  name: length === undefined ? system : `${system}, ${length} ${length === 1 ? 'link' : 'links'}`,
  where: { system, ...(length === undefined ? {} : { links: length }) },
});

const lora: ReportArm = { ...at('COLA', 1), name: 'LoRA, trained through' };
const sets = (train: number, validation: number, maxTest: number): readonly ConfigPatch[] => [
  { name: 'imdb', train, validation, maxTest },
  { name: 'hypernym', train: 2 * train, validation, maxTest },
];

/** Drawn and tabled alike. */
const lengths = {
  kind: 'sweep',
  name: 'lengths',
  title: 'Along the number of links, at equal epochs',
  x: 'links',
  arms: Object.keys(systems).map((system) => at(system)),
  metrics: ['score', 'nll'],
} as const;

export const chainsExperiment: Experiment<ReportSpec> = {
  name: 'chains',
  title,
  question,
  scales: {
    smoke: {
      summary: 'every system at two lengths, one seed: a minute',
      base: { ...smoke, members: 0 },
      arms: chainArms(sets(16, 8, 16), 2),
      seeds: [0],
    },
    quick: {
      summary: 'three systems at four lengths on two data sets, six seeds: about twenty minutes on two cores',
      base: { ...quick, members: 0 },
      arms: chainArms(sets(120, 40, 300), 6),
      seeds: [0, 1, 2, 3, 4, 5],
    },
    embedded: {
      summary: 'the same with twelve epochs, whole test sets and twelve seeds: hours',
      base: { ...embedded, members: 0 },
      arms: chainArms(sets(200, 100, 700), 12),
      seeds: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
    },
  },
  report: {
    name: 'chains',
    title,
    question,
    paper: 'COLA (Xia et al. 2024), RAC-LoRA (Malinovsky et al. 2024), XGBLoRA (Zhang et al. 2024)',
    claims: [
      {
        id: 'cola-above-lora',
        text: 'A chain of LoRAs ends above one LoRA of the same rank and epochs',
        source: 'COLA (Xia et al. 2024), abstract',
        test: {
          kind: 'better',
          arm: at('COLA', 3),
          than: [lora],
          metric: 'score',
          margin: onePointOfSequences,
        },
      },
      {
        id: 'rac-lora-below-cola',
        text: 'With one factor drawn, a chain ends no higher than with both trained',
        source: 'RAC-LoRA (Malinovsky et al. 2024): GLUE averages 77.0 and 77.6 (COLA)',
        test: {
          kind: 'no-gain',
          arm: at('RAC-LoRA', 3),
          than: at('COLA', 3),
          metric: 'score',
          margin: onePointOfSequences,
        },
      },
      {
        id: 'boosters-help',
        text: 'More boosters of rank 1 do better',
        source: 'XGBLoRA (Zhang et al. 2024), number of boosting iterations',
        test: { kind: 'rising', arm: at('XGBLoRA'), x: 'links', metric: 'score', margin: onePointOfSequences },
      },
    ],
    tables: [
      {
        kind: 'compare',
        name: 'chains',
        title: 'Every chain, against one LoRA trained through',
        baseline: lora,
        arms: [
          lora,
          ...Object.keys(systems).flatMap((system) =>
            links.filter((length) => system !== 'COLA' || length > 1).map((length) => at(system, length)),
          ),
        ],
        metrics: ['score', 'nll'],
      },
      lengths,
    ],
    figures: [lengths],
  },
};
