import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { renderReport, type ReportSpec } from '@lab/report';
import type { Experiment, ExperimentRun } from '@lab/runner';
import { studyOf } from './study.ts';

export interface Planned {
  readonly experiment: Experiment<ReportSpec>;
  readonly runs: readonly ExperimentRun[];
}

/** Where an experiment's report at one scale lies. */
export const reportFolder = (out: string, experiment: string, scale: string): string => join(out, experiment, scale);

/** Where the committed results of an experiment at one scale lie. */
export const resultsFolder = (experiment: string, scale: string): string =>
  fileURLToPath(new URL(`../../../results/${experiment}/${scale}`, import.meta.url));

/** Writes the reports of experiments from the runs that are done, and returns their text for the terminal. */
export const writeReports = async (
  plans: readonly Planned[],
  { out, scale }: { readonly out: string; readonly scale: string },
  folderOf = (experiment: string, size: string) => reportFolder(out, experiment, size),
): Promise<{ readonly summary: string; readonly files: readonly string[] }> => {
  const texts: string[] = [];
  const files: string[] = [];
  for (const { experiment, runs } of plans) {
    const study = studyOf(experiment, runs, out);
    const rendered = await renderReport(study, experiment.report, folderOf(experiment.name, scale));
    texts.push(rendered.summary);
    files.push(...rendered.files);
  }
  return { summary: texts.join('\n\n'), files };
};
