import type { Citation } from '@lab/records';
import type { FigureSpec } from '../figures/index.ts';
import type { TableSpec } from '../tables/index.ts';
import type { AnswerSpec } from '../study/answer.ts';
import type { Claim } from '../verdict/claim.ts';

/** What the page says of a method; `body` is its card in Markdown. */
export interface MethodCard {
  readonly name: string;
  readonly summary: string;
  readonly cite: Citation;
  readonly body: string;
}

/** A report, as plain data. */
export interface ReportSpec {
  readonly name: string;
  readonly title: string;
  readonly question: string;
  /** The paper this belongs to; empty for a study of one's own. */
  readonly paper: string;
  /** What is answered first; absent: the arms of the first comparison with their baseline. */
  readonly answer?: AnswerSpec;
  readonly claims: readonly Claim[];
  readonly tables: readonly TableSpec[];
  readonly figures: readonly FigureSpec[];
  readonly cards?: readonly MethodCard[];
}
