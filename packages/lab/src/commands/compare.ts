import { compareStudies } from '@lab/report';
import { BadInput } from '@lab/records';
import { archiveFile, readArchive } from '../archive.ts';

const opened = (folder: string) => {
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
  console.log(json ? JSON.stringify(counts, null, 2) : text);
};
