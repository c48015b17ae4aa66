import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { experiments } from '@lab/experiments';
import { readArchive, type ReportSpec } from '@lab/report';
import { protocolIn } from '@lab/runner';
import { committed, protocolBeside, writeReport, type WrittenReport } from '../src/compose/show/reports.ts';

/** A published report: an experiment at a scale, in a folder of results/. */
interface PublishedReport {
  readonly name: string;
  readonly scale: string;
  readonly report: ReportSpec;
  readonly folder: string;
}

/** Every published report that has its runs beside it. */
export const published: readonly PublishedReport[] = experiments.flatMap(({ name, report }) => {
  const folder = join(committed, name);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((scale) => existsSync(join(folder, scale, 'runs.jsonl.gz')))
    .map((scale) => ({ name, scale, report, folder: join(folder, scale) }));
});

/** Writes a published report again from its runs, into a folder. */
export const renderPublished = async ({ report, folder }: PublishedReport, to: string): Promise<WrittenReport> => {
  const study = readArchive(folder);
  if (!study) throw new Error(`${folder}: holds no runs`);
  return writeReport(study, { spec: report, protocol: protocolIn(protocolBeside(folder)) }, to);
};
