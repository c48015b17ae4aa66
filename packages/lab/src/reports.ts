import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { methods } from '@lab/dropout';
import { renderPage, renderReport, type MethodCard, type Rendered, type ReportSpec, type Study } from '@lab/report';
import type { Experiment, ExperimentRun } from '@lab/runner';
import { writeArchive } from './archive.ts';
import { withSeedEnsembles } from './seed-ensembles.ts';
import { studyOf } from './study.ts';

export interface Planned {
  readonly experiment: Experiment<ReportSpec>;
  readonly runs: readonly ExperimentRun[];
}

export interface Reported {
  readonly study: Study;
  readonly rendered: Rendered;
  readonly folder: string;
}

/** Where an experiment's report at one scale lies, below any folder of results. */
export const reportFolder = (out: string, experiment: string, scale: string): string => join(out, experiment, scale);

/** What a report's folder is called: its scale, and the model that was asked for. */
export const scaleName = ({ scale, model }: { readonly scale: string; readonly model?: string }): string =>
  model === undefined ? scale : `${scale}-${model}`;

/** The committed results. */
export const committed = fileURLToPath(new URL('../../../results', import.meta.url));

const cardFile = (method: string): URL => new URL(`../../dropout/src/${method}/README.md`, import.meta.url);

/** Cards of the methods that a study's runs used. */
const cardsOf = (study: Study): readonly MethodCard[] =>
  [...new Set(study.cells.map(({ record }) => record.config.dropout.name))].sort().map((name) => {
    const { summary, cite } = methods.find(name);
    return { name, summary, cite, body: readFileSync(cardFile(name), 'utf8') };
  });

/** Tables, figures, page and archive of one study. */
export const writeReport = async (study: Study, spec: ReportSpec, folder: string): Promise<Reported> => {
  const rendered = await renderReport(study, { ...withSeedEnsembles(study, spec), cards: cardsOf(study) }, folder);
  writeArchive(folder, study);
  return { study, rendered, folder };
};

/** Reports of experiments from the runs that are done, and one page for all. */
export const writeReports = async (
  plans: readonly Planned[],
  { out, ...asked }: { readonly out: string; readonly scale: string; readonly model?: string },
): Promise<{ readonly reports: readonly Reported[]; readonly page: string }> => {
  const reports: Reported[] = [];
  const scale = scaleName(asked);
  for (const { experiment, runs } of plans) {
    const folder = reportFolder(out, experiment.name, scale);
    reports.push(await writeReport(studyOf(experiment, runs, out), experiment.report, folder));
  }
  const page = await renderPage(
    reports.map(({ rendered }) => rendered),
    join(out, `report-${scale}.html`),
  );
  return { reports, page };
};

/** What a terminal shows of reports: verdicts and tables, then where the files are. */
export const told = ({ reports, page }: Awaited<ReturnType<typeof writeReports>>): string =>
  [
    ...reports.map(({ rendered }) => rendered.summary),
    ...reports.map(({ folder }) => `Tables and figures: ${join(folder, 'tables')}, ${join(folder, 'figures')}`),
    `Report: ${page}`,
  ].join('\n\n');
