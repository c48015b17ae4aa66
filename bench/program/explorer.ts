/**
 * The explorer with ten thousand invented runs in a real browser: milliseconds from a change of the
 * filter to the next frame that shows it, for every part that is on the screen; beside them the
 * processor time of the page's thread, which a busy machine does not lengthen.
 *
 *   npx tsx bench/program/explorer.ts [runs, default 10000]
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromiumPath, manyRunsPage } from '@lab/report/testing';
import { chromium } from 'playwright-core';
import { padded } from '../shared/padded.ts';

const runs = Number(process.argv[2] ?? 10_000);
const path = chromiumPath();
if (path === null) throw new Error('no Chromium here; on Debian: apt-get install chromium');

/** Filters that leave most, some, few and all runs. */
const filters = ['task', 'task-1', 'task-1 arm-2', 'arm-7', 'seed 3', ''];
const parts = ['points', 'parallel', 'map', 'importance', 'list'];

/** Types a filter and waits for two frames: the first draws it, the second has shown it. */
const timeFilter = (text: string): string => `new Promise((resolve) => {
  const input = document.querySelector('#sensitivity-search');
  const began = performance.now();
  input.value = ${JSON.stringify(text)};
  input.dispatchEvent(new Event('input'));
  requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - began)));
})`;

const folder = mkdtempSync(join(tmpdir(), 'explorer-bench-'));
const file = join(folder, 'page.html');
writeFileSync(file, manyRunsPage(runs));
const browser = await chromium.launch({ executablePath: path, args: ['--no-sandbox'] });
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(pathToFileURL(file).href);
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const busy = async (): Promise<number> => {
    const { metrics } = await session.send('Performance.getMetrics');
    return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN);
  };
  const middle = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
  const rows: string[][] = [['on the screen', 'median ms', 'worst ms', 'processor, median ms', 'processor, worst ms']];
  for (const part of parts) {
    await page.evaluate(`document.querySelector('#sensitivity-${part}').scrollIntoView()`);
    await page.waitForTimeout(1500);
    const [times, worked]: [number[], number[]] = [[], []];
    for (let round = 0; round < 3; round++)
      for (const text of filters) {
        const before = await busy();
        times.push(await page.evaluate<number>(timeFilter(text)));
        worked.push((await busy()) - before);
      }
    const numbers = [middle(times), Math.max(...times), middle(worked), Math.max(...worked)];
    rows.push([part, ...numbers.map((ms) => ms.toFixed(0))]);
  }
  const load = loadavg()[0]!.toFixed(1);
  console.log(`${runs} runs; ${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, load ${load}\n`);
  console.log(padded(rows).join('\n'));
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}
