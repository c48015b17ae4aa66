import { insertAfterLast, insertBefore } from '../edit.ts';
import type { GeneratorKind, ReadFile, Subject } from '../kind.ts';

const code = ({ name, camel, words }: Subject): string => `
import type { ReportArm, ReportSpec } from '@lab/report';
import { grid, type Experiment } from '@lab/runner';
import { embedded, quick, smoke } from '../embedded.ts';

const title = '${words}';
const question = 'Does dropout on what enters the branch help, and at which rate?';

/** Plain LoRA, and ordinary dropout at each rate. */
const armsOver = (rates: readonly number[]) => [
  { labels: { method: 'none' }, config: { dropout: { name: 'none' } } },
  ...grid({ method: ['lora-input'], p: rates }, ({ method, p }) => ({ dropout: { name: method, p } })),
];

const plain: ReportArm = { name: 'none', where: { method: 'none' } };
const dropped: ReportArm = { name: 'p = 0.3', where: { method: 'lora-input', p: 0.3 } };

export const ${camel}Experiment: Experiment<ReportSpec> = {
  name: '${name}',
  title,
  question,
  scales: {
    smoke: { summary: 'seconds', base: smoke, arms: armsOver([0.3]), seeds: [0] },
    quick: { summary: 'minutes on two cores', base: quick, arms: armsOver([0.1, 0.3]), seeds: [0, 1, 2, 3, 4, 5] },
    embedded: {
      summary: 'hours on two cores',
      base: embedded,
      arms: armsOver([0.05, 0.1, 0.3, 0.5]),
      seeds: [0, 1, 2, 3, 4, 5, 6, 7],
    },
  },
  report: {
    name: '${name}',
    title,
    question,
    paper: 'a question of ours',
    claims: [
      {
        id: 'dropout-helps',
        text: 'Dropout at p = 0.3 lowers the loss',
        source: 'a question of ours',
        test: { kind: 'better', arm: dropped, than: [plain], metric: 'nll' },
      },
    ],
    tables: [
      {
        kind: 'compare',
        name: 'arms',
        title: 'By arm',
        baseline: plain,
        arms: [plain, dropped],
        metrics: ['score', 'nll'],
      },
    ],
    figures: [
      { kind: 'bars', name: 'arms', title: 'Loss by arm', metric: 'nll', baseline: plain, arms: [plain, dropped] },
    ],
  },
};
`;

const test = ({ name, camel }: Subject): string => `
import { planExperiment, scaleOf } from '@lab/runner';
import { describe, expect, it } from 'vitest';
import { ${camel}Experiment } from './experiment.ts';

describe('${name}', () => {
  it.each(Object.keys(${camel}Experiment.scales))('%s: every arm is a run of its own for each seed', (scale) => {
    const { arms, seeds } = scaleOf(${camel}Experiment, scale);
    const runs = planExperiment(${camel}Experiment, scale);
    expect(runs).toHaveLength([...arms].length * seeds.length);
    expect(new Set(runs.map(({ id }) => id)).size).toBe(runs.length);
  });
});
`;

const page = ({ name, words }: Subject): string => `# ${words}

- **Question.** Does dropout on what enters the branch help, and at which rate?
- **Prediction.** At a moderate rate the loss on the test split falls.
- **Command.** \`npm run lab -- run ${name}\`, at scale \`quick\`;
  \`--scale embedded\` for eight seeds.
- **What would change our mind.** A loss that does not fall at any rate, with intervals narrower
  than the gain that was hoped for.
`;

const LINES = 'experiments/index.ts';

/** An experiment over rates: its folder, its line among the experiments. */
export const experimentKind: GeneratorKind = (subject: Subject, read: ReadFile) => {
  const { name, camel } = subject;
  const line = `import { ${camel}Experiment } from './${name}/experiment.ts';`;
  return {
    [`experiments/${name}/experiment.ts`]: code(subject),
    [`experiments/${name}/${name}.test.ts`]: test(subject),
    [`experiments/${name}/README.md`]: page(subject),
    [LINES]: insertBefore(
      insertAfterLast(read(LINES), /^import \{ \w+ \} from '\.\/[\w-]+\/experiment\.ts'/, line),
      '\n];',
      `\n  ${camel}Experiment,`,
    ),
  };
};
