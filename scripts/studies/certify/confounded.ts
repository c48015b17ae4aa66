import { fold, normal, type Key } from '@lab/random';
import { judge, type VerdictStatus } from '@lab/report/internals';
import { searchAll, searchArms, type Experiment, type LossPoint, type PlannedRun, type TuningPlan } from '@lab/runner';
import { plantedStudy } from './plants.ts';

const epochs = 6;
const usualRate = 2e-3;
/** The rate at which an arm is best: the usual one suits `lora-input`, and not plain LoRA. */
const bestRate: { readonly [method: string]: number } = { none: 5e-4, 'lora-input': 2e-3 };
/** Accuracy lost by a rate that is off, by the square of its distance in decades. */
const lost = (method: string, rate: number): number => 0.2 * Math.log10(rate / (bestRate[method] ?? usualRate)) ** 2;

const plan: TuningPlan = {
  how: 'grid',
  trials: 4,
  seeds: [1000, 1001],
  shared: { 'train.lr': [5e-4, 1e-3, 2e-3, 4e-3] },
  own: {},
  rungs: [2],
  keep: 0.5,
};

const experiment: Experiment = {
  name: 'confounded',
  title: '',
  question: '',
  scales: {
    planted: {
      summary: '',
      base: { dataset: { name: 'imdb' }, model: { name: 'use-lite' }, adapter: { name: 'lora' }, train: { epochs } },
      arms: ['lora-input', 'none'].map((method) => ({ labels: { method }, config: { dropout: { name: method } } })),
      seeds: [0],
      tuning: plan,
    },
  },
  report: null,
};

/**
 * The real search over a fake trainer whose validation losses follow the planted accuracies with
 * noise.
 */
const searchedRates = async (stream: Key): Promise<{ readonly [method: string]: number }> => {
  const { arms } = searchArms(experiment, 'planted');
  const losses = ({ id, config }: PlannedRun): LossPoint[] =>
    Array.from({ length: epochs }, (_, e) => {
      const noise = 0.01 * (normal(fold(fold(stream, id), e), 1)[0] ?? 0);
      return {
        epoch: e + 1,
        step: e + 1,
        loss: 0.5 + lost(config.dropout.name, config.train.lr) + 0.2 / (e + 1) + noise,
      };
    });
  const tuned = await searchAll(plan, arms, { train: async () => undefined, losses });
  return Object.fromEntries(
    tuned.map(({ labels, trials, chosen }) => [
      String(labels.method),
      Number(trials[chosen]?.settings['train.lr'] ?? usualRate),
    ]),
  );
};

const seeds = 12;
const arm = (name: string) => ({ name, where: { method: name } });
const claims = [
  {
    id: 'x',
    text: 'x',
    source: 'x',
    test: {
      kind: 'better' as const,
      arm: arm('a'),
      than: [arm('b')],
      metric: 'score',
      margin: { value: 0.05, from: 'x' },
    },
  },
];

/**
 * Verdict on `a` (lora-input) against `b` (plain LoRA) at given rates, where the two are equal at
 * their best ones.
 */
const verdictAt = (rates: { readonly [method: string]: number }, stream: Key): VerdictStatus => {
  const effects = {
    a: -lost('lora-input', rates['lora-input'] ?? usualRate),
    b: -lost('none', rates.none ?? usualRate),
  };
  return judge(plantedStudy({ effects }, stream, seeds), claims)[0]?.status ?? 'cannot tell';
};

/** One study of the rate-confounded plant, at the usual rate for both arms or at searched rates. */
export const confounded =
  (searched: boolean) =>
  async (stream: Key): Promise<VerdictStatus> =>
    verdictAt(searched ? await searchedRates(stream) : {}, stream);
