/**
 * Reads SST-2's 67,349 training rows and tokenizes them, for the embedded model and with a
 * tokenizer.json: by default a WordPiece one of a few hundred pieces, which splits a text into more
 * of them than BERT's own vocabulary would.
 *
 *   npx tsx bench/program/data.ts --data-dir <folder with GLUE/SST-2> [--tokenizer <folder with
 *   tokenizer.json>]
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { datasets, type Example } from '@lab/datasets';
import { models } from '@lab/models';
import { fold, key } from '@lab/random';
import { openTokenizer, readTokenizerFiles } from '@lab/models/internals';
import { openPreparer, planRun } from '@lab/runner';
import { peakMB } from '../shared/peak.ts';
import { timed } from '../shared/processor.ts';

const small = fileURLToPath(new URL('@lab/models/testing', import.meta.url));
const { values } = parseArgs({
  options: { 'data-dir': { type: 'string' }, tokenizer: { type: 'string', default: small } },
});
const dataDir = values['data-dir'];
if (dataDir === undefined) {
  console.error('bench/program/data.ts: --data-dir is missing: a folder with GLUE/SST-2/train.tsv');
  process.exit(2);
}

const shown = async <T>(what: string, rows: number | null, body: () => Promise<T> | T): Promise<T> => {
  const { value, wall, processor } = await timed(body);
  const rate = rows === null ? '' : `, ${Math.round(rows / processor)} rows in a second of it`;
  const peak = peakMB().toFixed(0);
  console.log(
    `${what}: ${wall.toFixed(2)} s, ${processor.toFixed(2)} s of processor time${rate}, peak memory ${peak} MB`,
  );
  return value;
};

const named = { name: 'sst2', protocol: 'dev-is-both' };
const sources = { dataDir, cacheDir: '.cache' };
const data = await shown('reading SST-2', null, () =>
  datasets.build(datasets.parse(named), fold(key(0), 'data'), sources),
);
const { train } = data.splits;
console.log(`${train.length} training rows`);

const tokens = (tokenize: (text: string) => { readonly ids: Int32Array }, rows: readonly Example[]): number =>
  rows.reduce((sum, { text }) => sum + tokenize(text).ids.length, 0);

const useLite = await models.build(models.parse({ name: 'use-lite' }), {});
const pieces = await shown('tokenizing for use-lite', train.length, () =>
  tokens((text) => useLite.tokenize(text), train),
);
console.log(`${pieces} tokens`);

const files = await readTokenizerFiles(values.tokenizer);
if (!files) throw new Error(`${values.tokenizer} holds no tokenizer.json`);
const tokenize = openTokenizer(files, { maxTokens: 512, types: true });
const count = await shown('tokenizing with tokenizer.json', train.length, () =>
  tokens((text) => tokenize(text), train),
);
console.log(`${count} tokens`);

const config = {
  seed: 0,
  dataset: named,
  model: { name: 'use-lite' },
  adapter: { name: 'lora' },
  dropout: { name: 'none' },
};
const { config: planned } = planRun(config, 'bench');
const preparer = openPreparer({ sources });
await shown('preparing a run of it (reading, tokenizing, all splits)', null, () => preparer.prepare(planned));
await shown('preparing the next run of it', null, () => preparer.prepare(planned));
