import { describe, expect, it } from 'vitest';
import { drawSpec } from '../src/figures/draw.ts';
import { textWidth } from '../src/figures/parts/fonts.ts';
import { front } from '../src/figures/kinds/pareto.ts';
import { colours, cycle, dashes, fills } from '../src/figures/parts/theme.ts';
import { buildFigure } from '../src/figures/index.ts';
import { buildReport } from '../src/report.ts';
import { force } from '../src/study/study.ts';
import * as specs from './specs.ts';
import { inventAblation, inventCompare, inventSensitivity } from './synthetic.ts';
import { inventFramework } from './synthetic-framework.ts';

const reports = [
  buildReport(inventSensitivity(6), specs.sensitivity),
  buildReport(inventAblation(6), specs.ablation),
  buildReport(inventCompare(6), specs.compare),
  buildReport(inventFramework(6), specs.framework),
];

describe('figures', () => {
  for (const figure of reports.flatMap((r) => r.figures)) {
    it(`${figure.title}: one column wide, same bytes twice, no invalid numbers`, async () => {
      const [a, b] = [await drawSpec(figure.spec), await drawSpec(figure.spec)];
      expect(a.svg).toBe(b.svg);
      expect(Buffer.from(a.png).equals(Buffer.from(b.png))).toBe(true);
      expect(a.svg).not.toMatch(/NaN|Infinity|undefined/);
      // 96 units to the inch: one journal column is about 90 mm, 340 units.
      expect(Number(/width="(\d+)/.exec(a.svg)![1])).toBeLessThanOrEqual(345);
      expect(figure.rows.length).toBeGreaterThan(0);
      expect(figure.caption).toMatch(/^Model: .*Data: .*seeds: .*Engine: /);
    });
  }
  it.each(['constructor', '__proto__', 'toString'])('an arm may be called %s', async (arm) => {
    const spec = {
      data: { values: [{ arm, score: 1 }] },
      mark: 'bar' as const,
      encoding: {
        x: { field: 'arm', type: 'nominal' as const, sort: [arm] },
        y: { field: 'score', type: 'quantitative' as const },
      },
    };
    expect((await drawSpec(spec)).svg).toContain(arm);
  });
  it('the legend tells every line apart by colour and dash', async () => {
    const { svg } = await drawSpec(reports[0]!.figures[0]!.spec);
    const legend = svg.slice(svg.indexOf('role-legend'));
    expect(legend).toContain('ensemble');
    expect(legend).toContain('stroke-dasharray="6,3"');
  });
});

describe('text and colour', () => {
  it('widths are those of the font file', () => {
    // DejaVu Sans, units of 1/2048 em: "i" 569, "W" 2025, " " 651
    expect(textWidth('iW ', 2048, false)).toBeCloseTo(569 + 2025 + 651, 6);
    expect(textWidth('W', 10, true)).toBeGreaterThan(textWidth('W', 10, false));
  });
  const lightness = (hex: string): number => {
    const [r, g, b] = [1, 3, 5].map((i) => (parseInt(hex.slice(i, i + 2), 16) / 255) ** 2.2) as [
      number,
      number,
      number,
    ];
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  it('the first four bar fills differ by lightness alone', () => {
    const l = fills.slice(0, 4).map(lightness);
    for (let i = 1; i < 4; i++) expect((l[i - 1]! + 0.05) / (l[i]! + 0.05)).toBeGreaterThan(1.5);
  });
  it('64 lines differ in colour, dash or shape', () => {
    const looks = cycle(colours, 64).map((c, i) => `${c} ${String(cycle(dashes, 64, 1)[i])}`);
    expect(new Set(looks).size).toBe(64);
  });
  it('line colours stand out on white (3:1), the palest two aside, which come seventh and last', () => {
    for (const c of colours.slice(0, 6)) expect(1.05 / (lightness(c) + 0.05), c).toBeGreaterThan(3);
  });
});

describe('figures say what they show', () => {
  const figureOf = (name: string) => reports.flatMap((r) => r.figures).find((figure) => figure.name === name)!;
  const drawnText = async (name: string) => {
    const { svg } = await drawSpec(figureOf(name).spec);
    return [...svg.matchAll(/>([^<>]+)</g)].map(([, text]) => text).join(' ');
  };
  it('a heat map has its metric, unit and a scale of shades in the image', async () => {
    const heatmap = reports.flatMap((r) => r.figures).find(({ kind }) => kind === 'heatmap')!;
    const { svg } = await drawSpec(heatmap.spec);
    expect(svg).toContain('role-legend-gradient');
    expect(await drawnText(heatmap.name)).toContain('accuracy: difference to none (points)');
  });
  it('a reliability diagram keeps every mark inside its axes', () => {
    const { spec } = reports.flatMap((r) => r.figures).find(({ kind }) => kind === 'reliability')!;
    const text = JSON.stringify(spec);
    const floor = Math.min(...[...text.matchAll(/"domain":\[([\d.]+),1\]/g)].map(([, low]) => Number(low)));
    const drawn = [...text.matchAll(/"(?:accuracy|low)":([\d.]+)/g)].map(([, v]) => Number(v));
    expect(drawn.length).toBeGreaterThan(10);
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(floor);
  });
  it('a front through costs is drawn only where the machine is known to have been idle', () => {
    const pareto = specs.compare.figures.find(({ kind }) => kind === 'pareto')!;
    const study = inventCompare(6);
    const idle = study.cells.map((cell) => {
      const { result } = cell.record;
      return { ...cell, record: { ...cell.record, result: { ...result, cost: { ...result.cost, loadPerCore: 0.9 } } } };
    });
    const front = (cells: typeof study.cells) => buildFigure(cells, pareto).rows.filter((row) => row.front).length;
    expect(front(study.cells)).toBe(0);
    expect(buildFigure(study.cells, pareto).caption).toContain('No front is drawn');
    expect(front(idle)).toBeGreaterThan(0);
  });
  it('training of one epoch is a line from training to held-out, not a curve of one point', async () => {
    const gap = specs.compare.figures.find(({ kind }) => kind === 'gap')!;
    const cells = inventCompare(3).cells.map((cell) => ({ ...cell, curve: force(cell.curve).slice(0, 1) }));
    const figure = buildFigure(cells, gap);
    expect(figure.caption).toContain('the gap after the only epoch');
    const { svg } = await drawSpec(figure.spec);
    expect(svg).not.toContain('mark-area');
    expect(svg).toContain('mark-rule');
  });
});

describe('Pareto front', () => {
  it('keeps what is not beaten on both, for either direction', () => {
    const places = [
      { arm: 'cheap', cost: 1, quality: 1 },
      { arm: 'bad', cost: 2, quality: 0.5 },
      { arm: 'good', cost: 3, quality: 2 },
      { arm: 'twin', cost: 3, quality: 2 },
    ];
    expect(front(places, 1).map((p) => p.arm)).toEqual(['cheap', 'good', 'twin']);
    expect(front(places, -1).map((p) => p.arm)).toEqual(['cheap', 'bad']);
  });
});
