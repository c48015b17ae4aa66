import { pageHtml } from '../src/page/page.ts';
import { buildReport } from '../src/report.ts';
import { manyRuns } from './many-runs.ts';
import * as specs from './specs.ts';
import { inventSensitivity } from './synthetic.ts';

/** A page whose explorer holds so many invented runs. */
export const manyRunsPage = (count: number): string => {
  const report = buildReport(inventSensitivity(2), { ...specs.sensitivity, figures: [], tables: [], claims: [] });
  return pageHtml([{ report: { ...report, explorer: () => manyRuns(count) }, drawings: [] }]);
};
