/**
 * How long a worker takes from its start to its first step, part by part, in wall and processor
 * seconds since the process began. `npx tsx bench/program/start.ts`, or `node --import tsx
 * bench/program/start.ts`
 */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEngine, scalar } from '@lab/engine';
import { key } from '@lab/random';
import { openPreparer, openWorkshop, planRun } from '@lab/runner';

const parts: (readonly [part: string, wall: number, processor: number])[] = [];
const reached = (part: string): void => {
  const { user, system } = process.cpuUsage();
  parts.push([part, performance.now() / 1000, (user + system) / 1e6]);
};

reached('modules loaded');
const engine = await openEngine('onnx', { threads: 1 });
reached('engine open');
const { config } = planRun(
  {
    seed: 0,
    dataset: { name: 'imdb' },
    model: { name: 'use-lite' },
    adapter: { name: 'lora' },
    dropout: { name: 'none' },
  },
  'bench/program/start.ts',
);
const { blueprint, rows } = await openPreparer({
  sources: { cacheDir: join(tmpdir(), 'lab-bench') },
}).prepare(config);
reached('rows read and tokenized');
const workshop = openWorkshop(engine);
const session = await workshop.open(blueprint, config.train);
reached('weights read');
const { theta } = await session.start(key(0));
const batch = session.batch(rows.train, [...rows.train.keys()].slice(0, config.train.batchSize));
const masks = { first: {}, second: {} };
await session.gradient({ theta, batch: batch.arrays, masks, share: scalar(1) });
reached('first gradient, with compiling');
await session.gradient({ theta, batch: batch.arrays, masks, share: scalar(1) });
reached('second gradient');
await workshop.close();

console.log('| part | seconds since the start | processor seconds since the start |\n|---|--:|--:|');
for (const [part, wall, processor] of parts) console.log(`| ${part} | ${wall.toFixed(2)} | ${processor.toFixed(2)} |`);
process.exit(0);
