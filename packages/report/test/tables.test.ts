import { describe, expect, it } from 'vitest';
import { flatCsv } from '../src/tables/runs.ts';
import { buildReport } from '../src/report.ts';
import { ranges } from '../src/study/caption.ts';
import { buildTables } from '../src/tables/index.ts';
import { toCsv } from '../src/tables/formats/csv.ts';
import { escapeLatex, toLatex } from '../src/tables/formats/latex.ts';
import { toMarkdown } from '../src/tables/formats/markdown.ts';
import { column, type Table, text } from '../src/tables/table.ts';
import { toTerminal } from '../src/tables/formats/terminal.ts';
import { paperNumbers } from '../src/tables/paper-numbers.ts';
import * as specs from './specs.ts';
import { invent, inventCompare, inventSensitivity } from './synthetic.ts';

const nasty: Table = {
  name: 'nasty',
  title: '100 % of A_B & <b>',
  caption: 'p < .05 | $x$',
  columns: [column('name', 'a|b', 'left'), column('value', 'score (%)')],
  rows: [
    [text('=1+1'), { text: '83.24 ±0.51', sort: 0.8324, raw: { mean: 0.8324, sd: 0.0051 } }],
    [text('say "hi", \\x_1\n\u001b[31m'), text('n/a')],
  ],
  notes: ['a & b'],
};

describe('rendering', () => {
  it('Markdown keeps the table whole', () => {
    const md = toMarkdown(nasty);
    expect(md).toContain('| a\\|b | score (%) |');
    expect(md).toContain('&lt;b>');
    expect(md.split('\n').filter((l) => l.startsWith('|'))).toHaveLength(4);
  });
  it('CSV carries bare numbers, quotes, and no formulas', () => {
    expect(toCsv(nasty)).toBe('name,value.mean,value.sd\n\'=1+1,0.8324,0.0051\n"say ""hi"", \\x_1\n\u001b[31m",,\n');
  });
  it('LaTeX escapes and rules', () => {
    const tex = toLatex(nasty);
    expect(tex).toContain('100 \\% of A\\_B \\& $<$b$>$');
    expect(tex).toContain('\\toprule');
    expect(tex).toContain('83.24 $\\pm$0.51');
    expect(escapeLatex('-0.5 [-1, +2] a-b')).toBe('$-$0.5 [$-$1, $+$2] a-b');
  });
  it('the terminal sees no control characters', () => {
    expect(toTerminal(nasty)).not.toContain('\u001b');
  });
  it('seeds are listed', () => {
    expect(ranges([3, 0, 1, 2, 7, 9, 10])).toBe('0-3, 7, 9, 10');
  });
});

describe('comparison', () => {
  const study = inventCompare(6);
  const report = buildReport(study, specs.compare);
  const table = (name: string): Table => report.tables.find((t) => t.name === name)!;

  it("pairs by seed and prints the p of the interval's own test", () => {
    const t = table('methods-tests');
    const at = t.columns.findIndex((c) => c.key === 'p');
    const last = t.rows.at(-1)!;
    expect(last[0]!.text).toBe('hiddenkey-minus');
    const p = last[at]!.sort as number;
    const { low, high } = last[t.columns.findIndex((c) => c.key === 'difference')]!.raw as {
      low: number;
      high: number;
    };
    expect(p < 0.05).toBe(low > 0 || high < 0);
    expect(last[at + 1]!.sort as number).toBeGreaterThanOrEqual(p);
    expect(t.notes.some((n) => n.includes('n/a below 6 seeds'))).toBe(true);
  });
  it('shows deterministic and own readout side by side, with cost', () => {
    const t = table('methods');
    expect(t.columns.map((c) => c.key)).toEqual([
      'method',
      'n',
      'accuracy-deterministic',
      'accuracy-own',
      'nll',
      'ece',
      'trainable',
      'train-seconds',
      'memory',
    ]);
    const row = t.rows.find((r) => r[0]!.text === 'lora-dropout')!;
    expect(row[2]!.text).not.toBe(row[3]!.text);
  });
  it('captions name model, data, seeds, selection and engine', () => {
    expect(table('methods').caption).toMatch(
      /Model: invented-encoder\. Data: imdb, yelp, amazon\. 6 seeds: 0-5\. Checkpoint: last\. Engine: none .*90 runs\./,
    );
  });
  it("sets the paper's numbers beside ours, marked, with n/a", () => {
    const t = table('by-data');
    expect(t.rows[0]!.map((e) => e.text)).toContain('84.48 ±0.98 [a]');
    expect(t.rows.at(-1)!.map((e) => e.text)).toContain('n/a');
    expect(t.notes.join(' ')).toContain('[a] read in a public text copy');
  });
  it('a table of a paper without known numbers says so', () => {
    const [t] = buildTables(study.cells, {
      kind: 'grid',
      name: 'table-4',
      title: 'Table 4',
      metrics: ['ece'],
      paper: { paper: 'LoRA Dropout', table: 'T4' },
    });
    expect(t!.columns.at(-1)!.title).toBe('paper: LoRA Dropout, Table 4');
    expect(t!.rows[0]!.at(-1)!.text).toBe('n/a');
    expect(t!.notes[0]).toContain('none of its values could be established');
  });
  it('three seeds: no significance is claimed or denied', () => {
    const small = buildReport(inventSensitivity(3), specs.sensitivity);
    expect(small.verdicts.every((v) => v.status === 'cannot tell')).toBe(true);
    expect(small.verdicts[0]!.sentence).toContain('of at least 6 seeds');
  });
  it('diverged runs are counted and left out', () => {
    const cells = [...study.cells, invent({ seed: 0, method: 'boom', skill: 1, status: 'diverged' })];
    const [t] = buildTables(cells, specs.compare.tables[0]!);
    expect(t!.caption).toContain('1 diverged and left out');
    expect(
      t!.rows
        .at(-1)!
        .map((e) => e.text)
        .slice(0, 4),
    ).toEqual(['boom', '0', 'n/a', 'n/a']);
  });
  it('predictions may be read late', () => {
    let reads = 0;
    const cells = study.cells.map((c) => ({
      ...c,
      predictions: () => {
        reads += 1;
        return c.predictions as never;
      },
    }));
    expect(buildReport({ ...study, cells }, specs.compare).tables).toEqual(report.tables);
    expect(reads).toBeGreaterThan(0);
  });
});

describe('runs.csv', () => {
  it('has a row for each readout, labels in columns, no formulas', () => {
    const cell = invent({ seed: 1, method: 'lora-dropout', skill: 1, labels: { note: '=1+1' } });
    const [head, ...rows] = flatCsv([cell]).trim().split('\n');
    expect(head).toBe(
      'run,status,model,dataset,seed,label.method,label.note,split,readout,members,own,' +
        'accuracy,brier,ece,matthews,nll,trainable,seconds,memoryMB,engine,commit,' +
        'config.adapter.alpha,config.adapter.name,config.adapter.r,config.dataset.name,config.dropout.name,' +
        'config.members,config.model.name,config.seed,config.select,config.train.batchSize,config.train.clip,' +
        'config.train.epochs,config.train.evalEvery,config.train.lr,config.train.maxTokens,config.train.schedule,' +
        'config.train.warmup,config.train.weightDecay',
    );
    // deterministic on test and train, mean-field, four sizes of two kinds of ensemble
    expect(rows).toHaveLength(11);
    expect(rows[0]).toContain(",lora-dropout,'=1+1,test,deterministic,1,0,");
    expect(rows.filter((r) => r.includes('ensemble-logits,8,1,'))).toHaveLength(1);
  });
  it('has validation rows, for whoever tunes', () => {
    const cell = invent({ seed: 1, skill: 1 });
    const { result } = cell.record;
    const validation = { ...result.evaluations[0]!, split: 'validation' as const };
    const record = { ...cell.record, result: { ...result, evaluations: [...result.evaluations, validation] } };
    expect(flatCsv([{ ...cell, record }])).toContain(',none,validation,deterministic,1,');
  });
});

describe("the papers' numbers", () => {
  it('row averages of HiddenKey, Table 1 come out of the cells', () => {
    const numbers = paperNumbers('HiddenKey', 'T1');
    for (const avg of numbers.filter((n) => n.dataset === 'avg4')) {
      const cells = numbers.filter((n) => n.method === avg.method && n.dataset !== 'avg4');
      if (cells.length < 4) continue;
      const mean = cells.reduce((s, n) => s + n.value, 0) / 4;
      expect(Math.abs(mean - avg.value), avg.method).toBeLessThanOrEqual(0.0101);
    }
  });
  it('every number has a known mark', () => {
    expect(paperNumbers('AdaLoRA', 'T1')).toHaveLength(12 * 11);
    expect(paperNumbers('LoRA Dropout', 'T1')).toHaveLength(0);
  });
});
