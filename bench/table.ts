import type { Measured } from './measure.ts';

export type BenchRow = Measured & {
  readonly workload: string;
  readonly batch: number;
  readonly operations: { readonly train: number; readonly evaluate: number };
};

const figures = (value: number): string => value.toPrecision(3);

/** Lines of a Markdown table, columns aligned; the first row is the head. */
export const padded = (cells: readonly (readonly string[])[]): readonly string[] => {
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join(' | ')} |`;
  const dashes = widths.map((width, i) => '-'.repeat(width + 1) + (i === 0 ? '-' : ':'));
  const rule = `|${dashes.join('|')}|`;
  return [line(cells[0]!), rule, ...cells.slice(1).map(line)];
};

/** A Markdown table of one workload. */
export const tableOf = (rows: readonly BenchRow[]): string => {
  const head = ['engine', 'threads', 'step ms', 'eval ms', 'train ex/s', 'eval ex/s', 'GFLOP/s', 'peak MB'];
  const cells = rows.map(({ name, threads, train, evaluate, batch, operations, peakMB }) => [
    name,
    String(threads),
    ms(train),
    ms(evaluate),
    ((1000 * batch) / train).toFixed(1),
    ((1000 * batch) / evaluate).toFixed(1),
    (operations.train / train / 1e6).toFixed(1),
    peakMB.toFixed(0),
  ]);
  return padded([head, ...cells]).join('\n');
};

const ms = (value: number): string => (value < 100 ? value.toFixed(2) : value.toFixed(0));

/**
 * What the compiled engine must reach, as its peer's figure over its own: against whom, of what, at
 * how many threads, at least.
 */
const TARGETS = [
  { peer: 'transformers + peft', of: 'train', threads: [1, 2], least: 1.5, what: 'training step' },
  { peer: 'PyTorch by hand', of: 'train', threads: [1], least: 1, what: 'training step' },
  { peer: 'PyTorch by hand', of: 'train', threads: [2], least: 0.95, what: 'training step' },
  { peer: 'wasm', of: 'train', threads: [1], least: 8, what: 'training step' },
  { peer: 'PyTorch by hand', of: 'peakMB', threads: [1, 2], least: 1, what: 'peak memory' },
  { peer: 'transformers + peft', of: 'evaluate', threads: [1, 2], least: 1, what: 'evaluation batch' },
  { peer: 'PyTorch by hand', of: 'evaluate', threads: [1, 2], least: 1, what: 'evaluation batch' },
] as const;

/** Ratios of the compiled engine to every peer that ran, each with its target. */
export const ratioLines = (rows: readonly BenchRow[]): readonly string[] => {
  const cells = TARGETS.flatMap(({ peer, of, threads, least, what }) =>
    rows
      .filter((row) => row.name === peer && threads.some((count) => count === row.threads))
      .flatMap((other) => {
        const own = rows.find(
          (row) => row.name === 'onnx' && row.workload === other.workload && row.threads === other.threads,
        );
        if (!own) return [];
        const ratio = other[of] / own[of];
        const verdict = ratio >= least ? 'yes' : 'no';
        return [
          [`${peer} / onnx, ${what}`, other.workload, String(other.threads), figures(ratio), String(least), verdict],
        ];
      }),
  );
  if (cells.length === 0) return ['No ratios: the compiled engine or its peers did not run.'];
  return padded([['ratio', 'workload', 'threads', 'measured', 'target', 'reached'], ...cells]);
};
