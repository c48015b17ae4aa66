import type { Claim, ReportArm, ReportSpec } from '@lab/report';
import type { Experiment } from '@lab/runner';
import { embedded, quick, smoke } from '../embedded.ts';
import { onePointOfSequences } from '../margins.ts';
import { centre, federatedArms, federatedMethods, splitName, type FederatedSetting } from './arms.ts';

const title = 'Clients and a server';
const question =
  'Where clients keep their data and a server averages their adapters, which factors should be trained and sent?';

/** The settings: the centre, and from it other numbers of clients, ranks and divisions. */
const settings: readonly FederatedSetting[] = [
  centre,
  { ...centre, clients: 2 },
  { ...centre, clients: 8, participation: 0.5 },
  { ...centre, rank: 1 },
  { clients: centre.clients, participation: centre.participation, rank: centre.rank },
];

const split = splitName(centre.skew);
type Where = { readonly [axis: string]: string | number };
const placeOf = (method: string): Where => ({ method, clients: centre.clients, rank: centre.rank, split });
const at = (method: string, where: Where = {}): ReportArm => ({
  name: method,
  where: { ...placeOf(method), ...where },
});
/** A method away from the centre, named by what is other there. */
const away = (method: string, where: Where, named: string): ReportArm => ({
  ...at(method, where),
  name: `${method}, ${named}`,
});
const manyClients = (method: string): ReportArm => away(method, { clients: 8 }, '8 clients');
const lowRank = (method: string): ReportArm => away(method, { rank: 1 }, 'rank 1');
const fedAvg = at('FedAvg-LoRA');
const alone: ReportArm = { name: 'one machine', where: { method: 'one machine' } };

/** Arms along one axis: the others as in the centre. */
const along = (axis: string): readonly ReportArm[] =>
  federatedMethods.map((method) => {
    const { [axis]: _free, ...where } = placeOf(method);
    return { name: method, where };
  });

const above = (id: string, text: string, source: string, arm: ReportArm, than: ReportArm): Claim => ({
  id,
  text,
  source,
  test: { kind: 'better', arm, than: [than], metric: 'score', margin: onePointOfSequences },
});

const roLoraPaper = 'RoLoRA (Chen et al. 2025)';
const claims: readonly Claim[] = [
  above(
    'rolora-above-fedavg',
    'Factors trained in turn end above both averaged, with many clients',
    `${roLoraPaper}, comparison by number of clients`,
    manyClients('RoLoRA'),
    manyClients('FedAvg-LoRA'),
  ),
  above(
    'rolora-above-ffa',
    'Factors trained in turn end above one factor fixed, at a low rank',
    `${roLoraPaper}, expressiveness of a fixed A`,
    lowRank('RoLoRA'),
    lowRank('FFA-LoRA'),
  ),
  above(
    'ffa-above-fedavg',
    'One factor fixed ends above both averaged, where clients differ',
    'FFA-LoRA (Sun et al. 2024), heterogeneous clients',
    at('FFA-LoRA'),
    fedAvg,
  ),
  {
    id: 'skew-costs-fedavg',
    text: 'Averaging both factors does worse with uneven classes than with rows divided at random',
    source: 'FFA-LoRA (Sun et al. 2024), heterogeneous clients',
    test: {
      kind: 'worse',
      arm: fedAvg,
      than: [away('FedAvg-LoRA', { split: splitName(undefined) }, 'rows at random')],
      metric: 'score',
      margin: onePointOfSequences,
    },
  },
];

const metrics = ['score', 'nll', 'communicated', 'averaging-error'];
const axes = [
  { x: 'clients', title: 'By number of clients (of eight, half take part in a round)' },
  { x: 'rank', title: 'By rank' },
  { x: 'split', title: 'By how the rows are divided' },
] as const;

const clientTraining = { schedule: 'constant', warmup: 0 } as const;

export const federatedExperiment: Experiment<ReportSpec> = {
  name: 'federated',
  title,
  question,
  scales: {
    smoke: {
      summary: 'three methods in five settings, two rounds, one seed: minutes',
      base: { ...smoke, train: { ...smoke.train, ...clientTraining }, members: 0 },
      arms: federatedArms(settings, { rounds: 2, epochs: 1 }),
      seeds: [0],
    },
    quick: {
      summary: 'the same with 160 sentences and six seeds',
      base: {
        ...quick,
        dataset: { name: 'imdb', train: 160, validation: 20, maxTest: 300 },
        train: { ...quick.train, ...clientTraining, batchSize: 8, maxTokens: 24 },
        members: 0,
      },
      arms: federatedArms(settings, { rounds: 2, epochs: 2 }),
      seeds: [0, 1, 2, 3, 4, 5],
    },
    embedded: {
      summary: 'ten rounds of two epochs, whole test set and twelve seeds: hours',
      base: {
        ...embedded,
        dataset: { name: 'imdb', train: 320, validation: 60 },
        train: { ...embedded.train, ...clientTraining, batchSize: 8 },
        members: 0,
      },
      arms: federatedArms(settings, { rounds: 10, epochs: 2 }),
      seeds: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
    },
  },
  report: {
    name: 'federated',
    title,
    question,
    paper: 'RoLoRA (Chen et al. 2025) and FFA-LoRA (Sun et al. 2024)',
    claims,
    tables: [
      {
        kind: 'compare',
        name: 'federated',
        title: 'Against averaging both factors: four clients, rank 4, uneven classes',
        baseline: fedAvg,
        arms: [...federatedMethods.map((method) => at(method)), alone],
        metrics,
      },
      ...axes.map(({ x, title: of }) => ({
        kind: 'sweep' as const,
        name: `by-${x}`,
        title: of,
        x,
        arms: along(x),
        metrics,
      })),
    ],
    figures: axes
      .filter(({ x }) => x !== 'split')
      .map(({ x, title: of }) => ({
        kind: 'sweep' as const,
        name: `by-${x}`,
        title: of,
        x,
        arms: along(x),
        metrics: ['score', 'nll'],
      })),
  },
};
