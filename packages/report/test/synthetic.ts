import { fold, key, normal } from '@lab/random';
import type { CurvePoint, Evaluation, Labels, Prediction, Readout, RunRecord } from '@lab/records';
import { runConfigSchema } from '@lab/records';
import { storedScores } from '../src/study/scores/outcome.ts';
import type { Cell, Study } from '../src/study/study.ts';

/**
 * Invented runs, for tests only. Every record says so in its engine, so that none can pass for a
 * measurement.
 */
export interface Invented {
  readonly seed: number;
  readonly method?: string;
  readonly dataset?: string;
  readonly labels?: Labels;
  readonly options?: { readonly [name: string]: string | number };
  /**
   * Mean margin of the right class under the method's own readout, in logits; about 1.2 is 83 %
   * right.
   */
  readonly skill: number;
  /** Factor on the deterministic pass's margins: above 1 is over-confident. */
  readonly sharpness?: number;
  readonly members?: number;
  readonly examples?: number;
  readonly seconds?: number;
  readonly readout?: Readout;
  readonly status?: 'done' | 'diverged';
}

const root = fold(key(0), 'synthetic');

const rows = (s: Invented, members: number): Prediction[] => {
  const n = s.examples ?? 120;
  const data = fold(root, s.dataset ?? 'imdb');
  const hard = normal(fold(data, 'examples'), n);
  const seeded = fold(fold(data, 'seed'), s.seed);
  const shared = normal(seeded, n);
  const own = normal(fold(seeded, `${s.method ?? 'none'}|${JSON.stringify(s.labels ?? {})}`), n * (members + 1));
  const luck = normal(fold(seeded, 'luck'), 1)[0]! * 0.08;
  const sharp = s.sharpness ?? 1;
  return Array.from({ length: n }, (_, i) => {
    const label = i % 2;
    const margin = s.skill + luck + hard[i]! + 0.3 * shared[i]! + 0.2 * own[i]!;
    // Three logits for one unit of margin: about as sure as its accuracy warrants; the
    // deterministic pass is surer.
    const row = (m: number): number[] => (label === 0 ? [2 * m, 0] : [0, 2 * m]);
    return {
      id: `${s.dataset ?? 'imdb'}-${i}`,
      label,
      deterministic: row(sharp * margin),
      ...(members > 0
        ? {
            meanField: row(margin),
            members: Array.from({ length: members }, (_, k) => row(margin + 0.8 * own[n + i * members + k]!)),
          }
        : {}),
    };
  });
};

const evaluations = (some: readonly Prediction[], members: number): Evaluation[] => {
  const one = (readout: Readout, size: number): Evaluation => ({
    split: 'test',
    readout,
    members: size,
    examples: some.length,
    metrics: storedScores(some, readout, size) ?? {},
  });
  const sizes = [1, 2, 4, 8, 16].filter((m) => m <= members);
  return [
    one('deterministic', 1),
    { ...one('deterministic', 1), split: 'train', metrics: { accuracy: 0.999, nll: 0.004 } },
    ...(members > 0
      ? [
          one('mean-field', 1),
          ...sizes.map((m) => one('ensemble-logits', m)),
          ...sizes.map((m) => one('ensemble-probabilities', m)),
        ]
      : []),
  ];
};

const curve = (s: Invented): CurvePoint[] =>
  Array.from({ length: 10 }, (_, e): CurvePoint => {
    const epoch = e + 1;
    const noise = normal(fold(fold(root, `curve-${s.method}`), s.seed * 100 + e), 1)[0]! * 0.01;
    const make = (split: 'train' | 'validation', nll: number, accuracy: number, ece: number): Evaluation => ({
      split,
      readout: 'deterministic',
      members: 1,
      examples: 100,
      metrics: { nll, accuracy, ece },
    });
    const fit = Math.exp(-epoch / 2);
    return {
      step: epoch * 13,
      epoch,
      trainLoss: 0.69 * fit + 0.001,
      lr: 2e-3 * (1 - e / 10),
      evaluations: [
        make('train', 0.69 * fit + 0.001, 1 - 0.45 * fit, 0.02),
        make(
          'validation',
          0.45 + 0.05 * epoch * (s.sharpness ?? 1) + noise,
          0.82 - 0.2 * fit + noise,
          0.05 + 0.01 * epoch + noise,
        ),
      ],
    };
  });

/** One invented run with per-example outputs. */
export const invent = (s: Invented): Cell => {
  const method = s.method ?? 'none';
  const members = s.status === 'diverged' ? 0 : (s.members ?? (method === 'none' ? 0 : 8));
  const some = s.status === 'diverged' ? [] : rows(s, members);
  const config = runConfigSchema.parse({
    seed: s.seed,
    dataset: { name: s.dataset ?? 'imdb' },
    model: { name: 'invented-encoder' },
    adapter: { name: 'lora', r: 8, alpha: 16 },
    dropout: { name: method, ...s.options },
  });
  const id = `invented-${method}-${JSON.stringify(s.options ?? {})}-${s.dataset ?? 'imdb'}-${s.seed}`;
  const record: RunRecord = {
    config,
    surroundings: {
      commit: null,
      dirty: null,
      node: 'v20',
      engine: 'none (invented numbers)',
      threads: 1,
      cpu: 'none',
      versions: {},
    },
    result: {
      schema: 1,
      id,
      status: s.status ?? 'done',
      reason: s.status === 'diverged' ? 'loss is NaN at step 7' : null,
      headline:
        members > 0 ? { readout: s.readout ?? 'ensemble-logits', members } : { readout: 'deterministic', members: 1 },
      metric: 'accuracy',
      selectedEpoch: 10,
      evaluations: s.status === 'diverged' ? [] : evaluations(some, members),
      counts: { trainable: 49_000, frozen: 8_000_000, adapter: 48_000 },
      cost: {
        seconds: s.seconds ?? 20,
        trainSeconds: (s.seconds ?? 20) * 0.8,
        evalSeconds: (s.seconds ?? 20) * 0.2,
        steps: 130,
        examplesPerSecond: 100,
        peakMemoryMB: 400 + s.seed,
      },
    },
  };
  return { record, predictions: some, curve: s.status === 'diverged' ? [] : curve(s), labels: { method, ...s.labels } };
};

export const seedsUpTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** A sweep of p and N with an inverted U in p. */
export const inventSensitivity = (seeds = 8): Study => ({
  name: 'sensitivity',
  title: 'Sensitivity',
  question: 'How does the score change with p and N?',
  cells: seedsUpTo(seeds).flatMap((seed) => [
    ...[0, 0.1, 0.2, 0.3, 0.5].map((p) =>
      invent({
        seed,
        method: p === 0 ? 'none' : 'lora-dropout',
        options: p === 0 ? {} : { p, samples: 4 },
        labels: { sweep: 'p', p, N: 4 },
        skill: 1.2 + 3 * p - 7 * p * p,
        sharpness: 3 - 2 * p,
      }),
    ),
    ...[1, 2, 4, 8].map((N) =>
      invent({
        seed,
        method: 'lora-dropout',
        options: { p: 0.3, samples: N },
        labels: { sweep: 'N', p: 0.3, N },
        skill: 1.3 + 0.1 * Math.log2(N),
        sharpness: 2,
      }),
    ),
  ]),
});

/** The four variants of the ablation on two data sets. */
export const inventAblation = (seeds = 8): Study => ({
  name: 'ablation',
  title: 'Ablation',
  question: 'Which half of the method helps?',
  cells: ['imdb', 'amazon'].flatMap((dataset) =>
    seedsUpTo(seeds).flatMap((seed) => [
      invent({
        seed,
        dataset,
        method: 'lora-dropout',
        options: { p: 0.3 },
        labels: { variant: 'train' },
        skill: 1.45,
        sharpness: 1.6,
      }),
      invent({ seed, dataset, method: 'none', labels: { variant: 'none' }, skill: 1.2, sharpness: 2 }),
      invent({ seed, dataset, method: 'drop-test', options: { p: 0.3 }, labels: { variant: 'test' }, skill: 0.9 }),
    ]),
  ),
});

export const methods = ['none', 'lora-input', 'lora-dropout', 'hiddenkey', 'hiddenkey-minus'] as const;

/** All methods on three data sets. */
export const inventCompare = (seeds = 8): Study => ({
  name: 'compare',
  title: 'Comparison',
  question: 'Which method helps most under one protocol?',
  cells: ['imdb', 'yelp', 'amazon'].flatMap((dataset) =>
    seedsUpTo(seeds).flatMap((seed) =>
      methods.map((method, i) =>
        invent({
          seed,
          dataset,
          method,
          skill: 1.2 + 0.1 * i,
          sharpness: 2.5 - 0.3 * i,
          members: method === 'none' || method === 'lora-input' ? 0 : 8,
          seconds: 20 * (1 + i),
        }),
      ),
    ),
  ),
});
