import { BadInput, damageOf, isDone, readPredictions, readRecord, runFolder } from '@lab/records';
import { disagreement, type Claim, type ReportSpec } from '@lab/report';
import {
  deviations,
  readProtocol,
  readTuning,
  refusePilots,
  registrationOf,
  surroundingsOf,
  writeProtocol,
  type Protocol,
  type RegisteredClaim,
} from '@lab/runner';
import type { Planned, PlanOptions } from '../plan/experiments.ts';
import { reportName } from '../plan/folder.ts';
import { runsByLooks } from './looks.ts';

/** Claims as plain JSON, as a protocol keeps them. */
const registered = (claims: readonly Claim[]): readonly RegisteredClaim[] =>
  claims.map((claim) => ({ ...claim }) as RegisteredClaim);

const seedsOfRuns = (runs: Protocol['runs'] | Planned['runs']): readonly number[] => [
  ...new Set(runs.map(({ seed }) => seed)),
];

/** Throws `BadInput` for looks that no claim or no number of seeds can reach. */
const checkLooks = ({ experiment, runs }: Omit<Planned, 'asked'>, looks: Protocol['looks']): void => {
  if (!looks) return;
  const { length: planned } = seedsOfRuns(runs);
  const where = `${experiment.name}: --looks ${looks.seeds.join(' ')}`;
  if (experiment.report.claims.length === 0) throw new BadInput(`${where}: the experiment has no claims to decide`);
  if (looks.seeds.some((n, i) => n <= (looks.seeds[i - 1] ?? 1)) || looks.seeds.at(-1) !== planned)
    throw new BadInput(`${where}: looks must rise from at least 2 and end at the ${planned} seeds of the plan`);
};

/**
 * Freezes what an experiment is going to run and claim. Throws `BadInput` where that was done
 * before, where a seed was a pilot, and for looks that cannot be reached.
 */
export const registerExperiment = (
  { experiment, runs }: Planned,
  options: PlanOptions & { readonly looks: Protocol['looks'] },
): Protocol => {
  const { out, scale, tuned, looks } = options;
  refusePilots(out, experiment.name, seedsOfRuns(runs));
  checkLooks({ experiment, runs }, looks);
  return writeProtocol(out, {
    experiment: experiment.name,
    name: reportName(options),
    registered: new Date().toISOString(),
    commit: surroundingsOf('none', 1).commit,
    tuning: tuned ? (readTuning(out, experiment.name, scale)?.sha256 ?? null) : null,
    runs,
    claims: [...registered(experiment.report.claims)],
    looks,
    finishedBefore: runs.filter(({ id }) => isDone(out, id)).map(({ id }) => id),
  });
};

/** What was registered for an experiment under these options, or null. */
export const protocolOf = ({ experiment }: Planned, options: PlanOptions): Protocol | null =>
  readProtocol(options.out, experiment.name, reportName(options));

/**
 * A report's specification under its protocol: its checksum, how each claim stands to it, and the
 * numbers of seeds at which verdicts may fall; without looks that is the whole plan.
 */
export const registeredSpec = (report: ReportSpec, protocol: Protocol | null): ReportSpec => {
  if (!protocol) return report;
  const { sha256, registered: at, runs } = protocol;
  const claims = registered(report.claims).map((claim) => [claim.id, registrationOf(protocol, claim)] as const);
  const { length: planned } = seedsOfRuns(runs);
  const atTheEnd = planned < 2 ? null : { seeds: [planned], spending: 'obrien-fleming' as const };
  const looks = protocol.looks ?? atTheEnd;
  return { ...report, registration: { sha256, at, claims: Object.fromEntries(claims) }, ...(looks ? { looks } : {}) };
};

/**
 * Everything in which an experiment and its stored runs differ from the protocol, one sentence
 * each.
 */
export const checkedAgainstProtocol = (
  { experiment, runs }: Planned,
  options: PlanOptions,
): { readonly protocol: Protocol; readonly problems: readonly string[] } => {
  const { out } = options;
  const protocol = readProtocol(out, experiment.name, reportName(options));
  if (!protocol) throw new BadInput(`${experiment.name}: nothing is registered; lab register comes before lab run`);
  const asked = protocol.looks && new Set(runsByLooks({ experiment, runs }, protocol.looks, out).map(({ id }) => id));
  const stored = protocol.runs.flatMap(({ id, seed }): readonly string[] => {
    if (!isDone(out, id) && asked?.has(id) === false) return [];
    if (!isDone(out, id)) return [`run ${id} (seed ${seed}): not finished, or dropped`];
    if (damageOf(runFolder(out, id)) !== null) return [`run ${id} (seed ${seed}): its files differ from its seal`];
    const record = readRecord(out, id);
    const wrong = record && disagreement(record, readPredictions(out, id));
    return wrong ? [`run ${id} (seed ${seed}): ${wrong}`] : [];
  });
  return {
    protocol,
    problems: [...deviations(protocol, { runs, claims: registered(experiment.report.claims) }), ...stored],
  };
};
