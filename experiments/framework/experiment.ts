import type { ReportArm as Series, ReportSpec } from '@lab/report';
import type { Experiment } from '@lab/runner';
import { embedded, quick, smoke } from '../embedded.ts';
import { columnOfDropKey, dropKeyAboveDropAttention, elementOfHiddenCut, klTerm, rankPeak } from '../margins.ts';
import { armsAt, dropoutPositions, maskStructures } from './arms.ts';

const title = 'Position, structure, compensation';
const question = 'Where should dropout act under LoRA, in which pattern, and what should make up for it?';
const rate = 0.1;

const variant = (name: string, paper?: string): Series => ({
  name,
  where: { variant: name },
  ...(paper ? { paper } : {}),
});
const none = variant('none', 'LoRA');
const paperNames = { dropkey: 'DropKey', dropattention: 'DropAttention', hiddencut: 'HiddenCut' } as const;
const cell = (position: (typeof dropoutPositions)[number], structure: (typeof maskStructures)[number]): Series => ({
  name: `${position} ${structure}`,
  where: { variant: `${position} ${structure}`, p: rate },
  paper: `${paperNames[position]}-${structure}`,
});
const minus = variant('hiddenkey-minus', 'HiddenKey-minus');
const full = variant('hiddenkey', 'HiddenKey');
const minusWith = (what: string) => variant(`hiddenkey-minus + ${what}`, `HiddenKey-minus+${what}`);
const added = { js: minusWith('JS'), input: minusWith('input'), output: minusWith('output') };
const cells = dropoutPositions.flatMap((p) => maskStructures.map((s) => cell(p, s)));
const table1 = [none, ...cells, minus, full, ...Object.values(added)];
const alongRate = dropoutPositions.flatMap((p) =>
  maskStructures.map((s): Series => ({ name: `${p} ${s}`, where: { variant: `${p} ${s}` } })),
);

/** Plain LoRA at every rank, that of the base among them. */
const byRank: Series = { name: 'LoRA', where: { method: 'none' } };

export const frameworkExperiment: Experiment<ReportSpec> = {
  name: 'framework',
  title,
  question,
  scales: {
    smoke: { summary: 'seconds', base: smoke, arms: armsAt([rate], [2]), seeds: [0] },
    quick: {
      summary: 'three rates, three ranks, six seeds: about a quarter of an hour on two cores',
      base: quick,
      arms: armsAt([0.05, 0.1, 0.2], [2, 32]),
      seeds: [0, 1, 2, 3, 4, 5],
    },
    embedded: {
      summary: 'six rates, six ranks, eight seeds: hours on two cores',
      base: embedded,
      arms: armsAt([0.01, 0.02, 0.05, 0.1, 0.15, 0.2], [1, 2, 4, 16, 32, 64]),
      seeds: [0, 1, 2, 3, 4, 5, 6, 7],
    },
  },
  report: {
    name: 'framework',
    title,
    question,
    paper: 'HiddenKey (Wang et al. 2024), Table 1 and Figures 4 to 6',
    claims: [
      {
        id: 'column-for-dropkey',
        text: 'Column is the best structure for DropKey',
        source: 'HiddenKey, section 4 and Table 1',
        test: {
          kind: 'better',
          arm: cell('dropkey', 'column'),
          than: [cell('dropkey', 'element'), cell('dropkey', 'span')],
          metric: 'score',
          margin: columnOfDropKey,
        },
      },
      {
        id: 'element-for-hiddencut',
        text: 'Element is the best structure for HiddenCut',
        source: 'HiddenKey, section 4 and Table 1',
        test: {
          kind: 'better',
          arm: cell('hiddencut', 'element'),
          than: [cell('hiddencut', 'column'), cell('hiddencut', 'span')],
          metric: 'score',
          margin: elementOfHiddenCut,
        },
      },
      {
        id: 'dropkey-above-dropattention',
        text: 'DropKey is above DropAttention',
        source: 'HiddenKey, Table 1 and Figure 4',
        test: {
          kind: 'better',
          arm: cell('dropkey', 'column'),
          than: [cell('dropattention', 'column')],
          metric: 'score',
          margin: dropKeyAboveDropAttention,
        },
      },
      {
        id: 'kl-helps',
        text: 'The KL term helps: HiddenKey is above HiddenKey-minus',
        source: 'HiddenKey, Table 1',
        test: { kind: 'better', arm: full, than: [minus], metric: 'score', margin: klTerm },
      },
      {
        id: 'js-does-not',
        text: 'The JS term adds nothing to HiddenKey-minus',
        source: 'HiddenKey, Table 1',
        test: { kind: 'no-gain', arm: added.js, than: minus, metric: 'score', margin: klTerm },
      },
      {
        id: 'input-adds-nothing',
        text: 'Sufficiency: cutoff on the input adds nothing to HiddenKey-minus',
        source: 'HiddenKey, Table 1',
        test: { kind: 'no-gain', arm: added.input, than: minus, metric: 'score', margin: klTerm },
      },
      {
        id: 'output-adds-nothing',
        text: 'Sufficiency: dropout on the output adds nothing to HiddenKey-minus',
        source: 'HiddenKey, Table 1',
        test: { kind: 'no-gain', arm: added.output, than: minus, metric: 'score', margin: klTerm },
      },
      {
        id: 'rank-overfits',
        text: 'Plain LoRA rises with its rank, then falls',
        source: 'HiddenKey, Figure 5',
        test: { kind: 'inverted-u', arm: byRank, x: 'r', metric: 'score', margin: rankPeak },
      },
    ],
    tables: [
      {
        kind: 'grid',
        name: 'table-1',
        title: 'Every position and structure at p = 0.1',
        arms: table1,
        metrics: ['score'],
        costs: ['train-seconds'],
        paper: { paper: 'HiddenKey', table: 'T1' },
        differs: 'the paper takes the best rate of a grid on the reported split; here the rate is the same for all',
      },
      {
        kind: 'compare',
        name: 'differences',
        title: 'Paired differences to plain LoRA',
        arms: table1,
        baseline: none,
        metrics: ['score', 'nll', 'nll-scaled', 'ece', 'ece-debiased', 'ece-floor'],
        readouts: ['own'],
      },
      {
        kind: 'compare',
        name: 'differences-nll',
        title: 'NLL beside plain LoRA',
        arms: table1,
        baseline: none,
        metrics: ['nll'],
        readouts: ['own'],
      },
      {
        kind: 'sweep',
        name: 'figure-4',
        title: 'Score against rate',
        x: 'p',
        arms: alongRate,
        metrics: ['score', 'nll'],
      },
      {
        kind: 'sweep',
        name: 'figure-5',
        title: 'Plain LoRA against rank',
        x: 'r',
        arms: [byRank],
        metrics: ['score', 'nll', 'ece'],
      },
    ],
    figures: [
      {
        kind: 'sweep',
        name: 'figure-4',
        title: 'Score against dropout rate',
        x: 'p',
        xTitle: 'dropout rate p',
        arms: alongRate,
        metrics: ['score', 'nll'],
        references: [none],
      },
      {
        kind: 'sweep',
        name: 'figure-5',
        title: 'Plain LoRA against rank',
        x: 'r',
        xTitle: 'rank r',
        log: true,
        arms: [byRank],
        metrics: ['score', 'nll'],
      },
      {
        kind: 'progress',
        name: 'figure-6',
        title: 'Training and validation',
        arms: [none, minus, full],
        metrics: ['loss', 'score', 'nll'],
        differs: 'training loss: with the masks on, hiddenkey with its KL term; 8 steps an epoch at quick scale',
      },
      {
        kind: 'heatmap',
        name: 'position-structure',
        title: 'Paired difference to plain LoRA',
        x: 'structure',
        y: 'position',
        metric: 'nll',
        baseline: none,
        differs: 'every tile averages the rates of the scale',
      },
    ],
  },
};
