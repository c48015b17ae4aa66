import { fold, type Key } from '@lab/random';
import { BadInput, type Citation } from '@lab/records';
import type { z } from 'zod';
import { pins } from '../hub/pins.ts';
import { locate, missingMessage } from '../read/text.ts';
import { holdOut, usualValidation } from '../shape/holdout.ts';
import type { Dataset, Example } from '../types.ts';
import { define, type DatasetEntry } from './define.ts';
import { protocolOptions } from './protocol-options.ts';
import { glueFile, readGlue, type GlueTask } from './glue-read.ts';

/** GLUE's own paper. */
export const glueCite: Citation = {
  title: 'GLUE: A Multi-Task Benchmark and Analysis Platform for Natural Language Understanding',
  year: 2019,
  url: 'https://arxiv.org/abs/1804.07461',
  where: 'table 1',
};

/** Options of every GLUE task. */
export const glueOptions = protocolOptions({
  validation: 'examples split off train under the clean protocol',
  malformed: 'rows',
});

/** Train and dev of a task as splits, by the chosen protocol. */
export const glueSplits = (
  key: Key,
  name: string,
  train: readonly Example[],
  dev: readonly Example[],
  o: z.infer<typeof glueOptions>,
): Dataset['splits'] => {
  if (o.protocol === 'dev-is-both') return { train, validation: dev, test: dev };
  const size = o.validation ?? usualValidation(train.length);
  if (size >= train.length)
    throw new BadInput(`dataset ${name}: validation must stay below ${train.length}, the size of train; got ${size}`);
  return { ...holdOut(fold(key, `holdout ${name}`), train, size), test: dev };
};

/**
 * The entry of a GLUE task. `readTrain` replaces the reading of train.tsv where a task needs that.
 */
export const glueEntry = (
  task: GlueTask,
  readTrain: typeof readGlue = readGlue,
  trainFile = { file: 'train.tsv', split: 'train' },
): DatasetEntry =>
  define({
    name: task.name,
    version: 1,
    summary: task.summary,
    cite: task.cite,
    facts: {
      counts: task.counts,
      metric: task.metric,
      licence: task.licence,
      from: `<data-dir>/GLUE/${task.folder}/{${trainFile.file},${task.dev.file}}, or hub ${pins.glue.repo}`,
      missing: (sources) => {
        const gone = [trainFile.file, task.dev.file]
          .map((file) => glueFile(task, file))
          .find((each) => !locate(each, sources));
        return gone && !sources.fetchFile ? missingMessage(gone, sources) : undefined;
      },
    },
    options: glueOptions,
    load: async (o, key, sources) => {
      const train = await readTrain(task, trainFile, sources, o.malformed);
      const dev = await readGlue(task, task.dev, sources, o.malformed);
      const others = await Promise.all(
        Object.entries(task.elsewhere ?? {}).map(
          async ([name, file]) => [name, await readGlue(task, file, sources, o.malformed)] as const,
        ),
      );
      return {
        name: task.name,
        task: task.task,
        metric: task.metric,
        splits: glueSplits(key, task.name, train.rows, dev.rows, o),
        ...(others.length > 0
          ? { elsewhere: Object.fromEntries(others.map(([name, read]) => [name, read.rows])) }
          : {}),
        licence: task.licence,
        cite: task.cite,
        notes: [train, dev, ...others.map(([, read]) => read)].flatMap(({ notes }) => notes),
      };
    },
  });
