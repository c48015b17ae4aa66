import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readDataText } from '../../read/text.ts';
import { splitTsv } from '../../read/tsv.ts';
import { glueFile, parseGlue, readGlue, type GlueTask } from '../glue-read.ts';
import type { Read } from '../../read/rows.ts';
import type { Example } from '../../types.ts';

/**
 * MRPC's official train: the rows of msr_paraphrase_train.txt whose two sentence ids are not a line
 * of dev_ids.tsv. `folder` holds both. Ids are rows of msr_paraphrase_train.txt.
 */
const rebuild = async (task: GlueTask, folder: string, onMalformed: 'error' | 'skip'): Promise<Read<Example>> => {
  const path = join(folder, 'msr_paraphrase_train.txt');
  const [text, dev] = await Promise.all([readDataText(path), readDataText(join(folder, 'dev_ids.tsv'))]);
  const development = new Set(splitTsv(dev, ['#1 ID', '#2 ID']).lines.map(({ value }) => value.slice(0, 2).join('\t')));
  const { columns, lines } = splitTsv(text);
  const [one, two] = [columns.indexOf('#1 ID'), columns.indexOf('#2 ID')];
  const keep = lines.filter(({ value }) => !development.has(`${value[one] ?? ''}\t${value[two] ?? ''}`));
  const body = [columns, ...keep.map(({ value }) => value)].map((cells) => cells.join('\t')).join('\n');
  return parseGlue(task, path, body, 'train', onMalformed);
};

/** Reads train.tsv, unless the original Microsoft files lie beside it. */
export const readMrpcTrain: typeof readGlue = async (task, file, sources, onMalformed) => {
  const { dataDir } = sources;
  const folders = dataDir === undefined ? [] : glueFile(task, file.file).folders.map((folder) => join(dataDir, folder));
  const whole = folders
    .map((folder) => join(folder, 'dev_ids.tsv'))
    .find((path) => existsSync(path) && existsSync(join(dirname(path), 'msr_paraphrase_train.txt')));
  return whole === undefined ? readGlue(task, file, sources, onMalformed) : rebuild(task, dirname(whole), onMalformed);
};
