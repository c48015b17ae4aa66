import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { methods } from '@lab/dropout';
import {
  renderPage,
  renderReport,
  storedStudy,
  withSeedEnsembles,
  writeArchive,
  type Cell,
  type MethodCard,
  type Rendered,
  type ReportSpec,
  type Study,
} from '@lab/report';
import type { Planned, PlanOptions } from './experiments.ts';

/** One experiment's report on disk. */
export interface WrittenReport {
  readonly study: Study;
  readonly rendered: Rendered;
  readonly folder: string;
}

/** Reports of several experiments, and the page that shows them all. */
export interface WrittenReports {
  readonly reports: readonly WrittenReport[];
  readonly page: string;
}

/** Where an experiment's report at one scale lies, below any folder of results. */
export const reportFolder = (out: string, experiment: string, scale: string): string => join(out, experiment, scale);

/** What a report's folder is called: its scale, and the model that was asked for. */
export const scaleName = ({ scale, model }: Pick<PlanOptions, 'scale' | 'model'>): string =>
  model === undefined ? scale : `${scale}-${model}`;

/** The committed results. */
export const committed = fileURLToPath(new URL('../../../../results', import.meta.url));

const cardFile = (method: string): URL => new URL(`../../../dropout/src/${method}/README.md`, import.meta.url);

/** Cards of the methods that a study's runs used. */
const cardsOf = ({ cells }: Study): readonly MethodCard[] =>
  [...new Set(cells.map(({ record }) => record.config.dropout.name))].sort().map((name) => {
    const { summary, cite } = methods.find(name);
    return { name, summary, cite, body: readFileSync(cardFile(name), 'utf8') };
  });

/** Whether a run's method makes its ensemble of the runs of all seeds. */
const isOverSeeds = ({ record }: Cell): boolean => methods.build(record.config.dropout).ensembleOver === 'seeds';

/** Tables, figures, page and archive of one study. */
export const writeReport = async (study: Study, spec: ReportSpec, folder: string): Promise<WrittenReport> => {
  const whole = { ...withSeedEnsembles(study, spec, isOverSeeds), cards: cardsOf(study) };
  const rendered = await renderReport(study, whole, folder);
  writeArchive(folder, study);
  return { study, rendered, folder };
};

/** Reports of experiments from the runs that are done, and one page for all. */
export const writeReports = async (
  plans: readonly Planned[],
  options: Pick<PlanOptions, 'out' | 'scale' | 'model'>,
): Promise<WrittenReports> => {
  const { out } = options;
  const scale = scaleName(options);
  const reports: WrittenReport[] = [];
  for (const { experiment, runs } of plans) {
    const study = storedStudy(experiment, runs, out);
    reports.push(await writeReport(study, experiment.report, reportFolder(out, experiment.name, scale)));
  }
  const page = await renderPage(
    reports.map(({ rendered }) => rendered),
    join(out, `report-${scale}.html`),
  );
  return { reports, page };
};

/** What a terminal shows of reports: verdicts and tables, then where the files are. */
export const reportsText = ({ reports, page }: WrittenReports): string =>
  [
    ...reports.map(({ rendered }) => rendered.summary),
    ...reports.map(({ folder }) => `Tables and figures: ${join(folder, 'tables')}, ${join(folder, 'figures')}`),
    `Report: ${page}`,
  ].join('\n\n');
