import { wholeSequences } from './study/sequence.ts';
import { sequenceRuns } from './study/stages.ts';
import type { Cell, Study } from './study/study.ts';
import type { Figure } from './figures/figure.ts';
import { buildFigure } from './figures/index.ts';
import type { ReportSpec } from './spec/spec.ts';
import type { ExplorerData } from './explorer/data.ts';
import { explorerData } from './explorer/explorer-data.ts';
import { answerSpecOf } from './spec/answer-spec.ts';
import { type Answer, answerOf } from './study/arms/answer.ts';
import { rankingTable } from './tables/ranking.ts';
import { buildTables } from './tables/index.ts';
import type { Table } from './tables/table.ts';
import { unfinishedIn, withUnfinished as noted } from './tables/unfinished.ts';
import { verdictTable } from './tables/verdicts.ts';
import { judge, type Verdict } from './verdict/verdict.ts';

/** Everything a report says, before any file is written. */
export interface Report {
  readonly spec: ReportSpec;
  /** Which runs these are beside others of the experiment; null where nobody said. */
  readonly holds: string | null;
  readonly cells: readonly Cell[];
  /** Null where no methods are compared. */
  readonly answer: Answer | null;
  readonly verdicts: readonly Verdict[];
  readonly tables: readonly Table[];
  readonly figures: readonly Figure[];
  /** What the page's explorer shows; made when it is asked for. */
  readonly explorer: () => ExplorerData;
}

/** records -> statistics -> tables, figures, verdicts. Pure: equal input gives equal output. */
export const buildReport = (study: Study, spec: ReportSpec): Report => {
  const cells = wholeSequences(study.cells, study.sequences);
  const unfinished = sequenceRuns(study.cells, study.sequences).filter(({ missing }) => missing.length > 0);
  const verdicts = judge(cells, spec.claims, spec.looks);
  const asked = answerSpecOf(cells, spec);
  const answer = asked && answerOf(cells, asked);
  return {
    spec,
    holds: study.holds ?? null,
    cells: study.cells,
    answer,
    verdicts,
    tables: [
      ...(answer ? [noted(rankingTable(cells, answer), unfinished)] : []),
      ...(verdicts.length > 0 ? [noted(verdictTable(spec, cells, verdicts), unfinished)] : []),
      ...spec.tables.flatMap((table) =>
        buildTables(cells, table).map((built) => noted(built, unfinishedIn(table, unfinished))),
      ),
    ],
    figures: spec.figures.map((figure) => buildFigure(cells, figure)),
    explorer: () => explorerData(study, answer),
  };
};
