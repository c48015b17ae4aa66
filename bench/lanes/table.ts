import { padded } from '../shared/padded.ts';
import { OURS, type EpochRow } from './epochs.ts';
import type { Measured } from './measure.ts';

export type BenchRow = Measured & {
  readonly workload: string;
  readonly batch: number;
  readonly operations: { readonly train: number; readonly evaluate: number };
};

const figures = (value: number): string => value.toPrecision(3);

/** A Markdown table of one workload; `peak`: GFLOP/s of one core in large float32 products. */
export const tableOf = (rows: readonly BenchRow[], peak: number): string => {
  const head = ['engine', 'threads', 'step ms', 'eval ms', 'train ex/s', 'GFLOP/s on tokens', '% of peak', 'peak MB'];
  const cells = rows.map(({ name, threads, train, evaluate, batch, operations, peakMB }) => {
    const rate = operations.train / train / 1e6;
    return [
      name,
      String(threads),
      ms(train),
      ms(evaluate),
      ((1000 * batch) / train).toFixed(1),
      rate.toFixed(1),
      ((100 * rate) / (peak * threads)).toFixed(0),
      peakMB.toFixed(0),
    ];
  });
  return padded([head, ...cells]).join('\n');
};

const ms = (value: number): string => (value < 100 ? value.toFixed(2) : value.toFixed(0));

/** Whom the compiled engine is compared with; the best of several ways counts. */
const OTHERS = [
  { what: 'peft as users run it', of: ({ name }: BenchRow) => name === 'transformers + peft, float32, eager' },
  { what: 'best float32 peer', of: ({ name }: BenchRow) => name.includes(', float32, ') },
  { what: 'best bfloat16 peer', of: ({ name }: BenchRow) => name.includes(', bfloat16, ') },
  { what: 'wasm', of: ({ name }: BenchRow) => name === 'wasm' },
] as const;

const FIGURES = [
  { what: 'training step', of: ({ train }: BenchRow) => train },
  { what: 'evaluation batch', of: ({ evaluate }: BenchRow) => evaluate },
  { what: 'peak memory', of: ({ peakMB }: BenchRow) => peakMB },
] as const;

/** Every peer's figure over that of the compiled engine: above one, this engine needs less. */
export const ratioLines = (rows: readonly BenchRow[]): readonly string[] => {
  const cells = rows
    .filter(({ name }) => name === 'onnx')
    .flatMap((own) =>
      OTHERS.flatMap(({ what, of }) => {
        const others = rows.filter(
          (row) => of(row) && row.workload === own.workload && (row.threads === own.threads || row.threads === 1),
        );
        if (others.length === 0) return [];
        const ratios = FIGURES.map((figure) => figures(Math.min(...others.map(figure.of)) / figure.of(own)));
        return [[what, own.workload, String(own.threads), ...ratios]];
      }),
    );
  if (cells.length === 0) return ['No ratios: the compiled engine or its peers did not run.'];
  return padded([['over this engine', 'workload', 'threads', ...FIGURES.map(({ what }) => what)], ...cells]);
};

/** A Markdown table of epochs: every way of one data set, with its ratio to this repository. */
export const epochTable = (rows: readonly EpochRow[]): string => {
  const head = ['data', 'N', 'who', 'start s', 'train s', 'evaluation s', 'total s', 'training over ours', 'peak MB'];
  const cells = rows.map((row) => {
    const own = rows.find(({ data, samples, who }) => data === row.data && samples === row.samples && who === OURS);
    const seconds = [row.start, row.train, row.evaluate, row.total].map((value) => value.toFixed(1));
    const ratio = own ? (row.train / own.train).toFixed(2) : '-';
    return [row.data, String(row.samples), row.who, ...seconds, ratio, row.peakMB.toFixed(0)];
  });
  return padded([head, ...cells]).join('\n');
};
