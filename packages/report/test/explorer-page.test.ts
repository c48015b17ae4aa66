import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pageHtml } from '../src/page/page.ts';
import { buildReport } from '../src/report.ts';
import { chromiumPath, missing } from './browser.ts';
import { manyRuns } from './many-runs.ts';
import * as specs from './specs.ts';
import { inventSensitivity } from './synthetic.ts';

const folder = mkdtempSync(join(tmpdir(), 'explorer-page-'));
const study = {
  ...inventSensitivity(6),
  command: 'npm run lab -- run sensitivity --scale quick',
  material: { imdb: { classes: ['bad', 'good'], text: (id: string) => `A film called ${id}.` } },
};
const report = buildReport(study, { ...specs.sensitivity, figures: [] });
const pages = { small: report, large: { ...report, explorer: () => manyRuns(10_000) } };

const path = chromiumPath();
describe.skipIf(path === null)(path === null ? `explorer (skipped: ${missing})` : 'explorer', () => {
  let browser: Browser;
  let page: Page;
  const trouble: string[] = [];

  const open = async (name: keyof typeof pages, width = 1200): Promise<void> => {
    page = await browser.newPage({ viewport: { width, height: 900 }, acceptDownloads: true });
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) trouble.push(message.text());
    });
    page.on('pageerror', (error) => trouble.push(error.message));
    await page.goto(pathToFileURL(join(folder, `${name}.html`)).href);
  };
  const count = () => page.locator('.filters .count').textContent();
  const near = async (part: string): Promise<void> => {
    await page.locator(`#sensitivity-${part}`).scrollIntoViewIfNeeded();
    if (part === 'list') await page.locator('#sensitivity-list tbody tr').first().waitFor();
    if (['points', 'parallel', 'map', 'importance'].includes(part))
      await page.waitForSelector(`#sensitivity-${part} .plot[data-live="yes"]`);
  };

  beforeAll(async () => {
    for (const [name, own] of Object.entries(pages))
      writeFileSync(join(folder, `${name}.html`), pageHtml([{ report: own, drawings: [] }]));
    browser = await chromium.launch({ executablePath: path!, args: ['--no-sandbox'] });
    await open('small');
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('filters by arm from the keyboard, and shows all again', async () => {
    expect(await count()).toBe('54 of 54 runs');
    await page.locator('.choose summary').first().focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    expect(await count()).toBe('6 of 54 runs');
    await near('list');
    expect(await page.locator('#sensitivity-list tbody tr').count()).toBe(6);
    await page.locator('.choose summary').first().press('Enter');
    await page.getByRole('button', { name: 'Show all' }).click();
    expect(await count()).toBe('54 of 54 runs');
  });

  it('keeps the runs within a brush along an axis, and takes the range away', async () => {
    await near('parallel');
    const box = (await page.locator('#sensitivity-parallel canvas').boundingBox())!;
    // The last axis is the ECE, 70 pixels from the right; its lower half.
    const x = box.x + box.width - 70;
    await page.mouse.move(x, box.y + 26 + 110);
    await page.mouse.down();
    await page.mouse.move(x, box.y + 26 + 160, { steps: 3 });
    await page.mouse.move(x, box.y + 26 + 219, { steps: 3 });
    await page.mouse.up();
    await page.waitForSelector('.chips button');
    const kept = Number((await count())?.split(' ')[0]);
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThan(54);
    await page.locator('.chips button').click();
    expect(await count()).toBe('54 of 54 runs');
  });

  it('the same range without a mouse', async () => {
    const form = page.locator('#sensitivity-parallel .range');
    await form.locator('select').selectOption({ label: 'p' });
    await form.locator('input').first().fill('0.25');
    await form.locator('input').first().press('Enter');
    expect(await count()).toBe('36 of 54 runs');
    await page.locator('.chips button').click();
  });

  it('opens a run from the list, with the command that makes it again, and compares two', async () => {
    await near('list');
    const names = page.locator('#sensitivity-list tbody button');
    await names.first().click();
    const command = await page.locator('#detail .command code').textContent();
    expect(command).toBe(`npm run lab -- run sensitivity --scale quick --only ${study.cells[0]!.record.result.id}`);
    await page.getByRole('button', { name: 'Compare as A' }).click();
    await names.nth(10).click();
    await page.getByRole('button', { name: 'Compare as B' }).click();
    await page.waitForSelector('#sensitivity-pair .plot[data-live="yes"]');
    const settings = page.locator('#sensitivity-pair table').nth(1);
    expect(await settings.locator('tr', { hasText: 'differs' }).count()).toBeGreaterThan(0);
    expect(await page.locator('#sensitivity-pair .live').textContent()).toContain('B held-out NLL');
  });

  it('shows examples with texts, and where two arms are apart', async () => {
    await near('examples');
    const examples = page.locator('#sensitivity-examples');
    await examples.locator('th.example').first().waitFor();
    expect(await examples.locator('th.example').first().textContent()).toMatch(/^A film called imdb-\d+\.$/);
    await examples.getByLabel('Show').selectOption('apart');
    const apart = Number((await examples.locator('.caption').textContent())?.split(' ')[0]);
    expect(apart).toBeGreaterThan(0);
    const first = examples.locator('tbody tr').first().locator('td');
    expect(await first.nth(1).getAttribute('class')).not.toBe(await first.nth(2).getAttribute('class'));
    expect(await examples.locator('.confusions table').count()).toBe(3);
  });

  const saved = async (act: () => Promise<void>): Promise<Buffer> => {
    const [download] = await Promise.all([page.waitForEvent('download'), act()]);
    return readFileSync(await download.path());
  };
  it('hands out CSV, TeX, SVG and PNG', async () => {
    const csv = await saved(() => page.getByRole('button', { name: 'CSV of these runs' }).click());
    expect(csv.toString().trimEnd().split('\n')).toHaveLength(55);
    await page.evaluate(`document.querySelectorAll('details.more').forEach((d) => (d.open = true))`);
    const table = page.locator('section.table').first();
    const tex = await saved(() => table.getByRole('button', { name: 'TeX' }).click());
    expect(tex.toString()).toContain('\\begin{tabular}');
    await near('map');
    const map = page.locator('#sensitivity-map');
    const svg = await saved(() => map.getByRole('button', { name: 'SVG' }).click());
    expect(svg.toString()).toMatch(/^<svg.*accuracy \(%\), mean/s);
    const png = await saved(() => map.getByRole('button', { name: 'PNG' }).click());
    expect(png.subarray(1, 4).toString()).toBe('PNG');
  });

  it('fits every width from a phone to a desk, and passes axe there', async () => {
    for (const width of [390, 768, 1440]) {
      await page.setViewportSize({ width, height: 900 });
      for (const part of ['points', 'parallel', 'map', 'importance', 'list', 'pair', 'examples']) await near(part);
      await page.waitForTimeout(400);
      const over = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
      expect(over, `at ${width}`).toBe(0);
    }
    await page.setViewportSize({ width: 390, height: 900 });
    await page.addScriptTag({
      content: readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'),
    });
    const found = await page.evaluate<string[]>(
      `axe.run('.explorer').then(({ violations }) =>
        violations.map((v) => v.id + ': ' + v.nodes.map((n) => n.html.slice(0, 160)).join(' | ')))`,
    );
    expect(found).toEqual([]);
  }, 120_000);

  it('holds ten thousand runs', async () => {
    await page.close();
    await open('large');
    await near('points');
    expect(await count()).toBe('10000 of 10000 runs');
    await page.locator('#sensitivity-search').fill('task-3');
    expect(await count()).toBe('2500 of 10000 runs');
    await near('parallel');
    expect(await page.locator('#sensitivity-parallel .caption').textContent()).toContain('625 of 2500 lines are drawn');
  }, 120_000);

  it('logs nothing', () => expect(trouble).toEqual([]));
});
