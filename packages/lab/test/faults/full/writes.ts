import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Faulty } from '../study.ts';
import type { Material } from './material.ts';

/** A command, and the kinds of file that it writes, each by a pattern of its path. */
export interface Writer {
  /** What of the product is tried. */
  readonly what: string;
  /** Arguments of `lab`, where everything that stands before it is done. */
  readonly args: () => readonly string[];
  /** In an order in which none is there already when its turn comes. */
  readonly files: readonly string[];
  /** Exit code once there is room again; 0 where it is absent. */
  readonly then?: number;
  readonly env?: NodeJS.ProcessEnv;
}

/** Files without which all goes on: nobody is told of them, but of the next one. */
export const quiet: readonly string[] = ['progress\\.json', 'history\\.jsonl'];

/** Every command that writes, with every kind of file that it writes, in the order of their use. */
export const writers = (study: Faulty, { root, ...material }: Material): readonly Writer[] => {
  const { small, weights, heavy, peftFolder, splits, table, slurm } = material;
  const [out, other] = [join(root, 'out'), join(root, 'other')];
  const to = (name: string): string => join(root, name);
  const one = ['--workers', '1', '--out'] as const;
  const long = [study.file, '--scale', 'long'] as const;
  const inSmall = [small, '--scale', 'quick'] as const;
  const own = ['train', 'validation', 'test'].map((split) => `dataset.${split}=${splits}`);
  const bert = ['--model', 'bert', '--weights', weights] as const;
  const adopted = (): string => {
    const runs = readdirSync(join(to('imported'), 'runs'));
    return runs[0] ?? 'none';
  };
  const exported = (format: string): (() => readonly string[]) => {
    const args = ['--format', format, '--to', to(format), '--weights', weights, '--out', to('imported')];
    return () => ['export', '--run', adopted(), ...args];
  };
  const hub =
    'dataset={"name":"hub","repo":"a/b","train":"table.csv","validationSize":9,"testSize":9,"classes":["good","bad"]}';
  return [
    { what: 'a protocol', args: () => ['register', ...long, '--out', out], files: ['protocols/faults/long\\.json'] },
    {
      what: 'a run',
      args: () => ['worker', ...long, ...one, out],
      files: [
        'lease-\\d+\\.json',
        'run\\.json',
        'checkpoint/state',
        'metrics\\.jsonl',
        'progress\\.json',
        'history\\.jsonl',
        'adapter/adapter_config',
        'adapter/adapter_model',
        'adapter/lora_dropout_lab',
        'predictions\\.jsonl',
        'validation\\.jsonl',
        'result\\.json',
        'DONE',
      ],
    },
    {
      what: 'a report',
      args: () => ['report', ...long, '--out', out],
      files: [
        'tables/\\w+\\.md',
        'tables/\\w+\\.csv',
        'tables/\\w+\\.tex',
        'tables/runs\\.csv',
        'figures/\\w+\\.vl\\.json',
        'figures/\\w+\\.svg',
        'figures/\\w+\\.png',
        'report\\.json',
        'report\\.html',
        'runs\\.jsonl\\.gz',
        'long/protocol\\.json',
        'out/index\\.html',
      ],
    },
    {
      what: 'a note of failure',
      args: () => ['worker', ...inSmall, '--limit', '1', '--timeout', '0.001', ...one, other],
      files: ['FAILED\\.json'],
      then: 1,
    },
    { what: 'a second run', args: () => ['worker', ...inSmall, '--limit', '1', ...one, other], files: ['DONE'] },
    { what: 'pilots', args: () => ['power', ...inSmall, '--out', other], files: ['pilots/seeds\\.json'] },
    { what: 'a search', args: () => ['tune', ...inSmall, ...one, other], files: ['tuning/small/quick\\.json'] },
    {
      what: 'tables of all runs',
      args: () => ['export', '--format', 'table', '--to', to('table'), '--out', other],
      files: ['table/scores\\.parquet', 'table/scores\\.csv', 'table/dictionary\\.csv'],
    },
    {
      what: 'a study of one’s own data',
      args: () => ['init', table, '--to', to('mine.yaml'), '--yes', '--no-time', '--force', '--out', other],
      files: ['mine\\.yaml'],
    },
    {
      what: 'an import',
      args: () => [
        ...['import', peftFolder, ...bert, '--dataset', 'file', ...one, to('imported')],
        ...['--set', ...own, 'dataset.classes=["x","y","z"]', 'train.maxTokens=8', 'members=2'],
      ],
      files: ['imports/\\w+/adapter_config', 'imports/\\w+/adapter_model', 'imports/\\w+/study\\.json'],
    },
    { what: 'a LoRA', args: exported('lora'), files: ['adapter_config', 'adapter_model', 'README\\.md'] },
    { what: 'PEFT’s files', args: exported('peft'), files: ['adapter_config', 'adapter_model', 'README\\.md'] },
    {
      what: 'a checkpoint',
      args: exported('merged'),
      files: ['model\\.safetensors', 'config\\.json', 'tokenizer\\.json', 'README\\.md'],
    },
    { what: 'an ONNX file', args: exported('onnx'), files: ['model\\.onnx', 'README\\.md'] },
    {
      what: 'scripts for Slurm',
      args: () => ['submit', ...inSmall, '--out', to('cluster')],
      files: ['\\.sh'],
      env: { PATH: `${slurm}:${process.env['PATH']}` },
    },
    {
      what: 'a file of the hub',
      args: () => [
        ...['run', small, '--download', '--set', hub, `dataset.revision=${'0'.repeat(40)}`, ...one, to('hub')],
      ],
      files: ['hub/.*/table\\.csv(?!\\.receipt)', 'receipt\\.json'],
      env: { LAB_HUB: root },
    },
    {
      what: 'weights of the hub',
      args: () => [
        'run',
        small,
        '--download',
        '--model',
        'minilm',
        '--set',
        'train.maxTokens=8',
        ...one,
        to('hub-model'),
      ],
      files: ['config\\.json\\.part', 'tokenizer\\.json\\.part', 'model\\.safetensors\\.part'],
      env: { LAB_HUB: weights },
    },
    {
      what: 'fingerprints of weights',
      args: () => ['plan', small, '--model', 'bert', '--weights', heavy, '--out', to('heavy-out')],
      files: ['fingerprints\\.json'],
    },
    {
      what: 'theory',
      args: () => ['theory', '--only', 'masked-norm', ...one, to('theory'), '--to', to('theory/tables')],
      files: ['table\\.md', 'table\\.csv', 'figures/[^/]+\\.svg', 'figures/[^/]+\\.png'],
    },
    { what: 'the schema', args: () => ['schema', '--write'], files: ['experiments/schema\\.json'] },
  ];
};
