import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderPage, renderReport, type Rendered } from '../src/index.ts';
import type { ReportSpec } from '../src/spec/spec.ts';
import { chromiumPath, missing } from './browser.ts';
import * as specs from './specs.ts';
import { inventAblation, inventCompare, inventSensitivity } from './synthetic.ts';

/** The part of axe-core that runs in the page. */
interface Axe {
  readonly axe: {
    readonly run: (
      where: string,
      options: object,
    ) => Promise<{
      readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[];
    }>;
  };
}

const folder = mkdtempSync(join(tmpdir(), 'report-page-'));
const file = join(folder, 'report.html');
const evil = '<img src=x onerror="document.title=\'broken\'"></script><script>document.title="broken"</script>';

const compare: ReportSpec = {
  ...specs.compare,
  question: `Which method helps? ${evil}`,
  cards: [
    {
      name: 'hiddenkey',
      summary: 'column DropKey, element HiddenCut, KL',
      cite: { title: 'LoRA meets dropout', year: 2024, url: 'https://arxiv.org/abs/2403.00812', where: 'section 4' },
      body: `# HiddenKey\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n${evil}\n\n[bad](javascript:alert(1))`,
    },
    { name: 'odd', summary: evil, cite: { title: 'x', year: 1, url: 'javascript:alert(1)', where: 'y' }, body: 'text' },
  ],
};

let reports: readonly Rendered[];

beforeAll(async () => {
  const study = inventCompare(6);
  const [first, ...rest] = study.cells;
  const named = { ...first!, labels: { ...first!.labels, note: evil } };
  reports = [
    await renderReport(inventSensitivity(6), specs.sensitivity, join(folder, 'sensitivity')),
    await renderReport(inventAblation(6), specs.ablation, join(folder, 'ablation')),
    await renderReport({ ...study, cells: [named, ...rest] }, compare, join(folder, 'compare')),
  ];
  writeFileSync(file, await renderPage(reports));
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the file', () => {
  it('is the same on repeat, asks for nothing outside, and escapes what it shows', async () => {
    const html = readFileSync(file, 'utf8');
    expect((await renderPage(reports)) === html).toBe(true);
    const outside = html.replace(/<script[\s\S]*?<\/script>/g, '').match(/(?:src|href)="(?!#)[^"]*"/g) ?? [];
    expect(outside).toEqual(['href="https://arxiv.org/abs/2403.00812"']);
    expect(html).not.toContain('<img');
    expect(html).not.toContain('href="javascript:');
  });
  it('writing again changes nothing on disk', async () => {
    const again = await renderReport(inventAblation(6), specs.ablation, join(folder, 'ablation-2'));
    for (const path of again.files) {
      const before = readFileSync(path.replace('ablation-2', 'ablation'));
      expect(readFileSync(path).equals(before), path).toBe(true);
    }
  });
  it('names that are no file names are refused', async () => {
    const bad = { ...specs.ablation, tables: [{ ...specs.ablation.tables[0]!, name: '../x' }] };
    await expect(renderReport(inventAblation(2), bad, folder)).rejects.toThrow(/"\.\.\/x" is not a file name; allowed/);
  });
  it('a folder that cannot be written gives one sentence', async () => {
    await expect(renderReport(inventAblation(2), specs.ablation, join(file, 'below'))).rejects.toThrow(
      /^cannot make the folder .*: a (part of the path is a file|file of that name)/,
    );
  });
});

const path = chromiumPath();
describe.skipIf(path === null)(path === null ? `in a browser (skipped: ${missing})` : 'in a browser', () => {
  let browser: Browser;
  let page: Page;
  const trouble: string[] = [];

  const open = async (scheme: 'light' | 'dark'): Promise<void> => {
    page = await browser.newPage({ viewport: { width: 1200, height: 900 }, colorScheme: scheme });
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) trouble.push(message.text());
    });
    page.on('pageerror', (error) => trouble.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith('file:') && !request.url().startsWith('data:'))
        trouble.push(`asked for ${request.url()}`);
    });
    await page.goto(pathToFileURL(file).href);
    // What is folded stands open for these tests.
    await page.evaluate(`document.querySelectorAll('details.more').forEach((d) => (d.open = true))`);
  };

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: path!, args: ['--no-sandbox'] });
    await open('light');
  }, 120_000);
  afterAll(async () => {
    await browser.close();
  });

  it('filters a table and says how many rows are left', async () => {
    const table = page.locator('#compare-table-methods');
    await table.locator('input').fill('hiddenkey');
    expect(await table.locator('tbody tr:visible').count()).toBe(2);
    expect(await table.locator('.count').textContent()).toBe('2 of 5 rows');
    await table.locator('input').fill('');
    expect(await table.locator('tbody tr:visible').count()).toBe(5);
  });

  it('sorts by number, both ways, from the keyboard', async () => {
    const table = page.locator('#compare-table-methods');
    const button = table.locator('button.sort', { hasText: 'own readout' });
    const scores = async () =>
      (await table.locator('tbody tr td:nth-child(4)').allTextContents()).map((text) => Number.parseFloat(text));
    await button.focus();
    await page.keyboard.press('Enter');
    const up = await scores();
    expect(up).toEqual([...up].sort((a, b) => a - b));
    expect(await table.locator('th[aria-sort="ascending"]').count()).toBe(1);
    await page.keyboard.press('Enter');
    expect(await scores()).toEqual([...up].reverse());
  });

  it('draws interactive plots with a tooltip', async () => {
    const plot = page.locator('#compare-figure-forest .plot');
    await plot.scrollIntoViewIfNeeded();
    await page.waitForSelector('#compare-figure-forest .plot[data-live="yes"]');
    await plot.locator('.live .mark-symbol path').first().hover();
    await page.waitForSelector('#tooltip:not([hidden])');
    expect(await page.locator('#tooltip').textContent()).toContain('arm: lora-input');
  });

  it('opens a run with its settings and curves, and closes with Escape', async () => {
    const runs = page.locator('#compare-runs');
    await runs.scrollIntoViewIfNeeded();
    await runs.locator('#compare-search').fill('yelp lora-dropout');
    expect(await runs.locator('.filters .count').textContent()).toBe('6 of 90 runs');
    const list = page.locator('#compare-list');
    await list.scrollIntoViewIfNeeded();
    // The list follows the filter: its rows are new once there are six.
    await expect.poll(() => list.locator('tbody tr').count()).toBe(6);
    await list.locator('tbody button').first().press('Enter');
    const dialog = page.locator('#detail');
    await page.waitForSelector('#detail .plot[data-live="yes"]');
    expect(await dialog.textContent()).toContain('dropout.name');
    expect(await dialog.locator('table').nth(1).locator('tbody tr').count()).toBe(10);
    await page.keyboard.press('Escape');
    expect(await dialog.isVisible()).toBe(false);
    await runs.getByRole('button', { name: 'Show all' }).click();
    await list.locator('button.next').click();
    expect(await list.locator('.page').textContent()).toBe('Page 2 of 2');
  });

  const violations = async (where = 'html', rules?: readonly string[]): Promise<string[]> => {
    await page.addScriptTag({
      content: readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'),
    });
    return page.evaluate(
      async ({ where, rules }) => {
        const { axe } = globalThis as unknown as Axe;
        const found = await axe.run(where, rules ? { runOnly: rules } : {});
        return found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 160)).join(' | ')}`);
      },
      { where, rules },
    );
  };

  it('passes axe in light and, drawn anew, in dark', async () => {
    for (const plot of await page.locator('figure .plot').all()) await plot.scrollIntoViewIfNeeded();
    expect(await violations()).toEqual([]);
    await page.locator('#theme').click();
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(21, 24, 28)');
    expect(await violations('html', ['color-contrast'])).toEqual([]);
    await page.locator('#compare-list tbody button').first().click();
    expect(await violations('#detail')).toEqual([]);
    await page.keyboard.press('Escape');
  }, 180_000);

  it('follows the system and prints', async () => {
    await page.close();
    await open('dark');
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(21, 24, 28)');
    await page.emulateMedia({ media: 'print' });
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
    expect(await page.locator('.explorer').first().isVisible()).toBe(false);
    expect(await page.locator('figure .still').first().isVisible()).toBe(true);
    await page.emulateMedia({ media: 'screen' });
  });

  it('ran no text as code and logged nothing', async () => {
    expect(await page.title()).toBe('LoRA Dropout Lab');
    expect(trouble).toEqual([]);
  });
});
