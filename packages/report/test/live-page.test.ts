import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveLive, type LiveState, type Served } from '../src/index.ts';
import { chromiumPath, missing } from './browser.ts';
import { inventLive } from './live.ts';

const path = chromiumPath();
describe.skipIf(path === null)(path === null ? `live page (skipped: ${missing})` : 'live page', () => {
  let state: LiveState = inventLive;
  let served: Served;
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    served = await serveLive({ look: () => state, render: () => Promise.resolve('<body>r</body>'), stamp: () => '' });
    browser = await chromium.launch({ executablePath: path!, args: ['--no-sandbox'] });
    page = await browser.newPage({ viewport: { width: 390, height: 800 } });
    await page.goto(served.url);
    await page.locator('#running tbody tr').first().waitFor();
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await served.close();
  });

  it('shows the whole, the running run with its curves, and every arm', async () => {
    expect(await page.title()).toBe('37 % Which p?');
    expect(await page.locator('#whole').textContent()).toContain('37 %: 1 of 4 runs done; about 2 min left.');
    const run = page.locator('#running tbody tr');
    expect(await run.textContent()).toMatch(/method none, seed 1.*training 10 of 16 steps0\.6100about 30 s left/);
    expect(await run.locator('progress').getAttribute('value')).toBe('0.5000');
    expect(await run.locator('polyline').getAttribute('points')).toMatch(/^\d+\.\d,\d+\.\d \d+\.\d,\d+\.\d$/);
    expect(await page.locator('#arms tbody tr').allTextContents()).toEqual([
      expect.stringContaining('1 of 281.00'),
      expect.stringContaining('0 of 2'),
    ]);
  });

  it('fits a phone and passes axe', async () => {
    expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0);
    // Its policy lets no script in; the browser's own door does.
    const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    const found = await page.evaluate<string[]>(
      `(() => { ${axe}; return axe.run().then(({ violations }) => violations.map((v) => v.id + ': ' +
        v.nodes.map((n) => n.html.slice(0, 120)).join(' | '))); })()`,
    );
    expect(found).toEqual([]);
  });

  it('follows without being asked', async () => {
    state = { ...inventLive, done: 4, share: 1, isOver: true, running: [] };
    await page.getByText('All have ended.').waitFor();
    expect(await page.locator('#whole').textContent()).toContain('4 of 4 runs done; nothing is left to do.');
  });

  it('says when the command has ended', async () => {
    await served.close();
    await page.getByText('The command behind this page has ended').waitFor();
  });
});
