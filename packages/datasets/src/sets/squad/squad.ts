import { pins } from '../../hub/pins.ts';
import { squadEntry } from '../squad-file.ts';

/** See README.md in this folder. */
export const squad = squadEntry({
  name: 'squad',
  summary: 'questions on Wikipedia paragraphs; the answer is a span',
  version: 'v1.1',
  mayLackAnswer: false,
  pin: pins.squad,
  hubFolder: 'plain_text',
  counts: { train: 87599, dev: 10570 },
  cite: {
    title: 'SQuAD: 100,000+ Questions for Machine Comprehension of Text',
    year: 2016,
    url: 'https://arxiv.org/abs/1606.05250',
    where: 'section 3',
  },
});
