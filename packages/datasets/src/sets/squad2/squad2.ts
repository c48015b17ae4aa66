import { pins } from '../../hub/pins.ts';
import { squadEntry } from '../squad-file.ts';

/** See README.md in this folder. */
export const squad2 = squadEntry({
  name: 'squad2',
  summary: 'SQuAD with questions that have no answer',
  version: 'v2.0',
  mayLackAnswer: true,
  pin: pins.squad2,
  hubFolder: 'squad_v2',
  counts: { train: 130319, dev: 11873 },
  cite: {
    title: "Know What You Don't Know: Unanswerable Questions for SQuAD",
    year: 2018,
    url: 'https://arxiv.org/abs/1806.03822',
    where: 'section 4',
  },
});
