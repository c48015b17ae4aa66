import { join } from 'node:path';
import { z } from 'zod';
import { BadInput, canonical, pathStep, readText } from '@lab/records';
import type { ExperimentRun } from '../plan/experiment.ts';
import { readChecked, writeChecked } from './checked-file.ts';

const labels = z.record(z.string(), z.union([z.string(), z.number()]));
const claim = z.looseObject({ id: z.string() });
const looks = z.strictObject({
  seeds: z.array(z.number().int().min(2)).min(1),
  spending: z.enum(['obrien-fleming', 'pocock']),
});

const protocolSchema = z.strictObject({
  schema: z.literal(1),
  experiment: z.string(),
  /** The report's name: scale, search, overrides. */
  name: z.string(),
  registered: z.string(),
  commit: z.string().nullable(),
  /** Checksum of the search whose settings are used; null: none. */
  tuning: z.string().nullable(),
  runs: z.array(z.strictObject({ id: z.string(), labels, seed: z.number() })),
  claims: z.array(claim),
  looks: looks.nullable(),
  /** Runs that were finished when the protocol was registered. */
  finishedBefore: z.array(z.string()),
  /** Of everything above, in canonical JSON. */
  sha256: z.string(),
});

/** What was decided before the runs: arms, seeds, endpoints, margins, looks. */
export type Protocol = z.infer<typeof protocolSchema>;

/** Plain JSON of a claim, as a report specifies it. */
export type RegisteredClaim = z.infer<typeof claim>;

/** Where a protocol is kept. */
export const protocolPath = (out: string, experiment: string, name: string): string =>
  join(out, 'protocols', pathStep('the experiment name', experiment), `${pathStep('the name', name)}.json`);

const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/**
 * Writes a protocol with its checksum. Throws `BadInput` where one stands already: it is frozen.
 */
export const writeProtocol = (
  out: string,
  body: Omit<Protocol, 'schema' | 'sha256' | 'runs'> & { readonly runs: readonly ExperimentRun[] },
): Protocol => {
  const path = protocolPath(out, body.experiment, body.name);
  if (readText(path) !== null)
    throw new BadInput(`${path}: registered already; a protocol is frozen, so choose another --out for a new one`);
  const runs = body.runs.map(({ id, labels: own, seed }) => ({ id, labels: own, seed }));
  return writeChecked(path, plain({ ...body, schema: 1 as const, runs }));
};

/** The protocol in a file, or null. Throws `BadInput` for a file that was changed since. */
export const protocolIn = (path: string): Protocol | null =>
  readChecked(path, protocolSchema, { writer: 'lab register', noJson: 'a protocol is frozen' });

/** What was registered for an experiment under a report's name, or null. */
export const readProtocol = (out: string, experiment: string, name: string): Protocol | null =>
  protocolIn(protocolPath(out, experiment, name));

/** Copies a protocol to another file as it is, beside results that it speaks of. */
export const copyProtocol = ({ sha256: _sha256, ...body }: Protocol, path: string): void => {
  writeChecked(path, body);
};

const textOf = (value: unknown): string => (value === undefined ? 'none' : canonical(plain(value)));

/** The first key in which two claims differ, with both values; null where they say the same. */
const difference = (before: unknown, now: unknown, at = ''): string | null => {
  if (textOf(before) === textOf(now)) return null;
  const isRecord = (v: unknown): v is { readonly [key: string]: unknown } =>
    typeof v === 'object' && v !== null && !Array.isArray(v);
  if (!isRecord(before) || !isRecord(now)) return `${at} was ${textOf(before)} and is ${textOf(now)}`;
  const keys = [...new Set([...Object.keys(before), ...Object.keys(now)])].sort();
  for (const key of keys) {
    const found = difference(before[key], now[key], at === '' ? key : `${at}.${key}`);
    if (found !== null) return found;
  }
  return null;
};

/** How a claim of today stands to the protocol. */
export type Registration = 'before the first result' | 'after the first result' | 'changed since' | 'not registered';

export const registrationOf = (protocol: Protocol | null, now: RegisteredClaim): Registration => {
  const before = protocol?.claims.find(({ id }) => id === now.id);
  if (!protocol || !before) return 'not registered';
  if (difference(before, now) !== null) return 'changed since';
  return protocol.finishedBefore.length > 0 ? 'after the first result' : 'before the first result';
};

/** What the plan and the claims of today have changed against the protocol, one sentence each. */
export const deviations = (
  protocol: Protocol,
  now: { readonly runs: readonly ExperimentRun[]; readonly claims: readonly RegisteredClaim[] },
): readonly string[] => {
  const ids = new Set(now.runs.map(({ id }) => id));
  const registered = new Set(protocol.runs.map(({ id }) => id));
  const name = (run: Protocol['runs'][number]) =>
    [...Object.entries(run.labels).map(([axis, value]) => `${axis} ${value}`), `seed ${run.seed}`].join(', ');
  return [
    ...protocol.runs
      .filter(({ id }) => !ids.has(id))
      .map((run) => `dropped from the plan: ${name(run)} (run ${run.id})`),
    ...now.runs.filter(({ id }) => !registered.has(id)).map((run) => `added to the plan: ${name(run)} (run ${run.id})`),
    ...protocol.claims.flatMap((before) => {
      const claimNow = now.claims.find(({ id }) => id === before.id);
      if (!claimNow) return [`claim ${before.id}: dropped`];
      const changed = difference(before, claimNow);
      return changed === null ? [] : [`claim ${before.id}: ${changed}`];
    }),
    ...now.claims
      .filter(({ id }) => !protocol.claims.some((before) => before.id === id))
      .map(({ id }) => `claim ${id}: added after registration`),
  ];
};
