import { BadInput } from '@lab/records';
import { archiveFile, compareStudies, readArchive, type Study } from '@lab/report';
import { printJson } from '../terminal/print.ts';

const opened = (folder: string): Study => {
  const study = readArchive(folder);
  if (!study)
    throw new BadInput(
      `${archiveFile(folder)}: not found; name a folder that lab report has written, such as results/compare/quick`,
    );
  return study;
};

/** `lab compare A B`: two report folders of one experiment, paired by labels, data set and seed. */
export const compare = (a: string, b: string, { json }: { readonly json: boolean }): void => {
  const { text, table: _table, ...counts } = compareStudies(opened(a), opened(b), [a, b]);
  if (json) printJson(counts);
  else console.log(text);
};
