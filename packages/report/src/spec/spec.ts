import type { Citation } from '@lab/records';
import type { FigureSpec } from '../figures/index.ts';
import type { TableSpec } from '../tables/index.ts';
import type { AnswerSpec } from '../study/arms/answer.ts';
import type { LookPlan } from '../stats/tests/sequential.ts';
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
  /** Only at these numbers of seeds may verdicts fall; absent: at whatever number there is. */
  readonly looks?: LookPlan;
  /** The registered protocol; absent: none. */
  readonly registration?: {
    readonly sha256: string;
    readonly at: string;
    /** By claim: registered before or after the first result, changed since, or not at all. */
    readonly claims: { readonly [id: string]: string };
  };
  readonly cards?: readonly MethodCard[];
}
