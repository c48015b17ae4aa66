import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { methods } from '@lab/dropout';
import {
  renderReport,
  storedStudy,
  summaryText,
  withSeedEnsembles,
  writeArchive,
  writeIndex,
  type Cell,
  type MethodCard,
  type Rendered,
  type ReportSpec,
  type Study,
} from '@lab/report';
import { copyProtocol, type Protocol } from '@lab/runner';
import type { Planned, PlanOptions } from '../plan/experiments.ts';
import { exampleTexts } from './example-texts.ts';
import { holdsText, reportName } from '../plan/folder.ts';
import { protocolOf, registeredSpec } from '../train/protocol.ts';
import { runCommand } from '../plan/run-command.ts';

/** One experiment's report on disk. */
export interface WrittenReport {
  readonly study: Study;
  readonly rendered: Rendered;
  readonly folder: string;
}

/** Reports of several experiments, and the page that lists every report below the folder. */
export interface WrittenReports {
  readonly reports: readonly WrittenReport[];
  readonly index: string;
}

/**
 * Where an experiment's report lies, below any folder of results; `name` as `reportName` makes it.
 */
export const reportFolder = (out: string, experiment: string, name: string): string => join(out, experiment, name);

/** The committed results. */
export const committed = fileURLToPath(new URL('../../../../../results', import.meta.url));

const cardFile = (method: string): URL => new URL(`../../../../dropout/src/${method}/README.md`, import.meta.url);

/** Cards of the methods that a study's runs used. */
const cardsOf = ({ cells }: Study): readonly MethodCard[] =>
  [...new Set(cells.map(({ record }) => record.config.dropout.name))].sort().map((name) => {
    const { summary, cite } = methods.find(name);
    return { name, summary, cite, body: readFileSync(cardFile(name), 'utf8') };
  });

/** Whether a run's method makes its ensemble of the runs of all seeds. */
const isOverSeeds = ({ record }: Cell): boolean => methods.build(record.config.dropout).ensembleOver === 'seeds';

/** The copy of the registered protocol beside a report. */
export const protocolBeside = (folder: string): string => join(folder, 'protocol.json');

/**
 * Tables, figures, page and archive of one study, and its protocol where one is registered.
 * `material` holds texts for the page; the archive has none, since data sets have licences.
 */
export const writeReport = async (
  study: Study,
  { spec, protocol }: { readonly spec: ReportSpec; readonly protocol: Protocol | null },
  folder: string,
  material: Study['material'] = {},
): Promise<WrittenReport> => {
  const asked = registeredSpec(spec, protocol);
  const whole = { ...withSeedEnsembles(study, asked, isOverSeeds), cards: cardsOf(study) };
  // First: it reads every file of every run, so damage is noticed before the report changes.
  writeArchive(folder, study);
  const rendered = await renderReport({ ...study, material }, whole, folder);
  if (protocol) copyProtocol(protocol, protocolBeside(folder));
  return { study, rendered, folder };
};

/** Reports of experiments from the runs that are done, and the list of all reports. */
export const writeReports = async (
  plans: readonly Planned[],
  options: PlanOptions & { readonly dataDir?: string; readonly weights?: string },
): Promise<WrittenReports> => {
  const { out } = options;
  const name = reportName(options);
  const holds = holdsText(options);
  const reports: WrittenReport[] = [];
  for (const plan of plans) {
    const { experiment, runs } = plan;
    const { title, question, report } = experiment;
    const command = runCommand(plan.asked, options);
    const study = storedStudy({ name: experiment.name, title, question, holds, command }, runs, out);
    const asked = { spec: report, protocol: protocolOf(plan, options) };
    reports.push(
      await writeReport(
        study,
        asked,
        reportFolder(out, experiment.name, name),
        await exampleTexts(study.cells, options),
      ),
    );
  }
  return { reports, index: writeIndex(out) };
};

/** What a terminal shows of reports: verdicts and tables, then where the files are. */
export const reportsText = ({ reports, index }: WrittenReports): string =>
  [
    ...reports.map(({ rendered }) => summaryText(rendered.report, process.stdout.columns)),
    ...reports.map(({ folder }) => `Tables and figures: ${join(folder, 'tables')}, ${join(folder, 'figures')}`),
    ...reports.map(({ rendered }) => `Report: ${rendered.html}`),
    `All reports: ${index}`,
  ].join('\n\n');
