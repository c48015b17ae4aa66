import type { ReportSpec } from '@lab/report';
import { resultRows, short } from './files.ts';

/** The study that the picture of the README is of. */
export const findingStudy = 'sensitivity/quick';

const readouts = [
  ['own', 'ensemble of M = 8'],
  ['mean-field', 'one pass with the mean mask'],
  ['deterministic', 'masks switched off'],
] as const;

/** The one thing that was found, as a figure: the loss depends on how the weights are tested. */
export const findingSpec: ReportSpec = {
  name: 'finding',
  title: 'How LoRA Dropout is tested',
  question: '',
  paper: '',
  claims: [],
  tables: [],
  figures: [
    {
      kind: 'sweep',
      name: 'finding',
      title: 'The same trained weights, tested in three ways',
      x: 'p',
      xTitle: 'dropout rate p; p = 0 is plain LoRA',
      metrics: ['nll'],
      arms: readouts.map(([readout, name]) => ({ name, where: { N: 4 }, readout })),
    },
  ],
};

/** The same in two sentences, from the committed table. */
export const findingText = (): string => {
  const rows = resultRows(findingStudy, 'score-against-p');
  const nll = (readout: string, p: number): string => {
    const row = rows.find(({ series = '', p: at }) => series.endsWith(readout) && Number(at) === p);
    return row ? short(Number(row['nll.mean']), 3) : 'n/a';
  };
  return (
    `At p = .5 the same weights have a loss (NLL) of ${nll('ensemble', 0.5)} as an ensemble of eight, ` +
    `${nll('mean-field', 0.5)} in one pass with the mean mask, and ${nll('deterministic', 0.5)} with the masks ` +
    `switched off. Plain LoRA has ${nll('ensemble', 0)}.`
  );
};
