import { BadInput, damageOf, isDone, readPredictions, readRecord, runFolder } from '@lab/records';
import { disagreement, type Claim } from '@lab/report';
import {
  deviations,
  readProtocol,
  readTuning,
  registrationOf,
  surroundingsOf,
  writeProtocol,
  type Protocol,
  type RegisteredClaim,
} from '@lab/runner';
import type { Planned, PlanOptions } from './experiments.ts';
import { reportName } from './folder.ts';

/** Claims as plain JSON, as a protocol keeps them. */
const registered = (claims: readonly Claim[]): readonly RegisteredClaim[] =>
  claims.map((claim) => ({ ...claim }) as RegisteredClaim);

/**
 * Freezes what an experiment is going to run and claim. Throws `BadInput` where that was done
 * before.
 */
export const registerExperiment = (
  { experiment, runs }: Planned,
  options: PlanOptions & { readonly looks: Protocol['looks'] },
): Protocol => {
  const { out, scale, tuned, looks } = options;
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

/** What a report prints of the protocol: its checksum, and how each claim stands to it. */
export const registrationIn = ({ experiment }: Planned, options: PlanOptions) => {
  const protocol = readProtocol(options.out, experiment.name, reportName(options));
  if (!protocol) return null;
  const claims = registered(experiment.report.claims).map(
    (claim) => [claim.id, registrationOf(protocol, claim)] as const,
  );
  return {
    sha256: protocol.sha256,
    at: protocol.registered,
    claims: Object.fromEntries(claims),
    looks: protocol.looks,
  };
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
  const stored = protocol.runs.flatMap(({ id, seed }): readonly string[] => {
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
