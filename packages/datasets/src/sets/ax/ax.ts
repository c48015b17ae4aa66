import { z } from 'zod';
import { locate, missingMessage, need, readDataText, type WantedFile } from '../../read/text.ts';
import { define } from '../define.ts';
import { parseGlue, readGlue, type GlueTask } from '../glue-read.ts';
import { glueCite, glueOptions, glueSplits } from '../glue.ts';
import { mnliTask } from '../mnli/mnli.ts';

const diagnostic: WantedFile = {
  folders: ['GLUE/diagnostic', 'glue/diagnostic', 'glue_data/diagnostic', 'diagnostic', 'GLUE/AX'],
  file: 'diagnostic-full.tsv',
  how: 'take diagnostic-full.tsv (the one with labels) from the diagnostics page of gluebenchmark.com',
};

const axTask: GlueTask = { ...mnliTask, columns: { text: 'Premise', pair: 'Hypothesis', label: 'Label' } };
const train = { file: 'train.tsv', split: 'train' };

/** See README.md in this folder. */
export const ax = define({
  name: 'ax',
  version: 1,
  summary: 'the GLUE diagnostic set, for models trained on mnli',
  cite: { ...glueCite, where: 'section 4' },
  facts: {
    counts: { train: 392702, test: 1104 },
    metric: 'matthews',
    licence: 'none stated',
    from: '<data-dir>/GLUE/diagnostic/diagnostic-full.tsv, and the train file of mnli',
    missing: (sources) => (locate(diagnostic, sources) ? undefined : missingMessage(diagnostic, sources)),
  },
  options: z.object({ validation: glueOptions.shape.validation, malformed: glueOptions.shape.malformed }),
  load: async (o, key, sources) => {
    const path = need(diagnostic, sources);
    const test = parseGlue(axTask, path, readDataText(path), 'diagnostic', o.malformed);
    const learned = await readGlue(mnliTask, train, sources, o.malformed);
    return {
      name: 'ax',
      task: mnliTask.task,
      metric: 'matthews',
      splits: glueSplits(key, 'ax', learned.rows, test.rows, { ...o, protocol: 'clean' }),
      licence: 'none stated',
      cite: glueCite,
      notes: [...test.notes, ...learned.notes],
    };
  },
});
