import { type Citation } from '@lab/records';
import { hubBytes } from '../hub/cache.ts';
import { pins, single } from '../hub/pins.ts';
import { classReader, numberReader } from '../read/labels.ts';
import { readParquet } from '../read/parquet.ts';
import { Malformed, readRows, type OnMalformed, type Read } from '../read/rows.ts';
import { MissingData, locate, missingMessage, readDataText, type WantedFile } from '../read/text.ts';
import { picker, splitTsv } from '../read/tsv.ts';
import type { Example, Sources } from '../types.ts';
import type { TaskKind } from '@lab/metrics';

/** A GLUE task as data: the columns of its original files and of its hub files. */
export interface GlueTask {
  readonly name: string;
  readonly summary: string;
  /** Folder of the original download. */
  readonly folder: string;
  /** Names of the columns when the files have no header. */
  readonly header?: readonly string[];
  readonly columns: { readonly text: string; readonly pair?: string; readonly label: string };
  readonly task: TaskKind;
  /** Spellings of each class in the files; ignored for a regression. */
  readonly spellings: readonly (readonly string[])[];
  readonly metric: string;
  /** Original file and hub split of the labelled development set. */
  readonly dev: { readonly file: string; readonly split: string };
  /** Further labelled sets by name. */
  readonly elsewhere?: { readonly [name: string]: { readonly file: string; readonly split: string } };
  readonly hub: { readonly config: string; readonly text: string; readonly pair?: string };
  readonly counts: { readonly [what: string]: number };
  readonly licence: string;
  readonly cite: Citation;
}

/** Where a task's original file may lie. */
export const glueFile = (task: GlueTask, file: string): WantedFile => ({
  folders: [`GLUE/${task.folder}`, `glue/${task.folder}`, `glue_data/${task.folder}`, task.folder],
  file,
  how:
    `unpack the ${task.folder} archive of the GLUE benchmark (gluebenchmark.com, tasks page), ` +
    'or allow downloads from the hub',
});

/** What turns a label cell into a number, for a task. */
const labelReader = (task: GlueTask): ((cell: string) => number) =>
  task.task.kind === 'regression'
    ? numberReader(task.columns.label, task.task.range)
    : classReader(task.columns.label, task.spellings);

/**
 * Reads an original GLUE file. `path` is named in errors; ids are `<split>:<row>`, rows from 0 in
 * file order.
 */
export const parseGlue = (
  task: GlueTask,
  path: string,
  text: string,
  split: string,
  onMalformed: OnMalformed,
): Read<Example> => {
  const { columns, lines } = splitTsv(text, task.header);
  const { pair: second } = task.columns;
  const pick = picker(path, columns, [task.columns.text, task.columns.label, second ?? task.columns.text]);
  const label = labelReader(task);
  const first = lines[0]?.line ?? 1;
  return readRows(path, lines, onMalformed, (cells, line) => {
    const [sentence, mark, pair] = pick(cells);
    return {
      id: `${split}:${line - first}`,
      text: sentence.trim(),
      ...(second === undefined ? {} : { pair: pair.trim() }),
      label: label(mark),
    };
  });
};

const fromHub = async (
  task: GlueTask,
  split: string,
  sources: Sources,
  onMalformed: OnMalformed,
): Promise<Read<Example>> => {
  const path = single(task.hub.config, split);
  const { text, pair } = task.hub;
  const rows = await readParquet(path, await hubBytes({ ...pins.glue, path }, sources), [
    text,
    ...(pair ? [pair] : []),
    'label',
    'idx',
  ]);
  const classes = task.task.kind === 'classification' ? task.task.classes.length : 0;
  return readRows(path, rows, onMalformed, (row) => {
    const label = Number(row['label']);
    if (classes > 0 ? !(Number.isInteger(label) && label >= 0 && label < classes) : !Number.isFinite(label)) {
      throw new Malformed(
        'label',
        `expected ${classes > 0 ? `a class from 0 to ${classes - 1}` : 'a number'}; got ${String(row['label'])}`,
      );
    }
    return {
      id: `${split}:${String(row['idx'])}`,
      text: String(row[text]).trim(),
      ...(pair ? { pair: String(row[pair]).trim() } : {}),
      label,
    };
  });
};

/**
 * One labelled file of a task, from the data folder, or from the hub where downloads are allowed.
 */
export const readGlue = async (
  task: GlueTask,
  { file, split }: { readonly file: string; readonly split: string },
  sources: Sources,
  onMalformed: OnMalformed,
): Promise<Read<Example>> => {
  const path = locate(glueFile(task, file), sources);
  if (path !== undefined) return parseGlue(task, path, readDataText(path), split, onMalformed);
  if (!sources.fetchFile) throw new MissingData(missingMessage(glueFile(task, file), sources));
  return fromHub(task, split, sources, onMalformed);
};
