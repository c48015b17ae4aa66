import { fold, integer, type Key } from '@lab/random';

/** Numbers at which sizes, offsets and counts go wrong. */
const EDGES = [0, 1, -1, 2, 7, 255, 65_536, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 53, 1e12, 1e300] as const;

/** Values that stand where a JSON file has another. */
const STRANGE: readonly unknown[] = [
  ...EDGES,
  0.5,
  null,
  true,
  '',
  'word',
  '\u0000',
  '__proto__',
  'x'.repeat(100_000),
  [],
  {},
  [[]],
  [null],
  { a: 1 },
];

const at = <T>(of: readonly T[], key: Key, name: string): T | undefined =>
  of.length === 0 ? undefined : of[whole(key, name, of.length)];

/** A whole number below `below`, by name. */
const whole = (key: Key, name: string, below: number): number => integer(fold(key, name), below);

const littleEndian = (value: number, bytes: number): Buffer => {
  const field = Buffer.alloc(8);
  field.writeBigInt64LE(BigInt.asIntN(64, BigInt(Math.trunc(Math.min(value, 1e18)))));
  return field.subarray(0, bytes);
};

const replaced = (bytes: Buffer, from: number, to: number, by: Uint8Array): Buffer =>
  Buffer.concat([bytes.subarray(0, from), by, bytes.subarray(to)]);

/** One change of bytes: the place is drawn anywhere, every other time among the first 256. */
const changedBytes = (bytes: Buffer, key: Key): Buffer => {
  const reach = whole(key, 'head', 2) === 0 ? Math.min(bytes.length, 256) : bytes.length;
  const from = whole(key, 'from', reach + 1);
  const to = Math.min(bytes.length, from + 1 + whole(key, 'length', 64));
  const edge = at(EDGES, key, 'edge') ?? 0;
  const other = whole(key, 'other', bytes.length + 1);
  const changes: readonly (() => Buffer)[] = [
    () => replaced(bytes, from, Math.min(from + 1, bytes.length), Buffer.of(whole(key, 'byte', 256))),
    () => replaced(bytes, from, Math.min(from + 4, bytes.length), littleEndian(edge, 4)),
    () => replaced(bytes, from, Math.min(from + 8, bytes.length), littleEndian(edge, 8)),
    () => replaced(bytes, from, to, Buffer.alloc(0)),
    () => replaced(bytes, from, from, bytes.subarray(from, to)),
    () => replaced(bytes, from, from, bytes.subarray(other, other + 64)),
    () => bytes.subarray(0, from),
    () => replaced(bytes, from, from, Buffer.from(String(edge))),
    () =>
      replaced(
        bytes,
        from,
        from,
        Buffer.from(at(['"', '\n', ',', '\t', '[', '{', '\ufeff', '\u2028'], key, 'mark') ?? ''),
      ),
    () => replaced(bytes, from, from, Buffer.from('['.repeat(10_000))),
  ];
  return at(changes, key, 'change')?.() ?? bytes;
};

type Json = readonly Json[] | { readonly [key: string]: Json } | string | number | boolean | null;

/** Replaces, leaves out or doubles one value of a JSON value, some levels down. */
const changedJson = (value: Json, key: Key, depth = 0): unknown => {
  const keys = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  const chosen = at(keys, key, `child ${depth}`);
  const stops = chosen === undefined || whole(key, `stop ${depth}`, 4) === 0;
  if (stops) return at(STRANGE, key, 'value');
  const leaves = whole(key, `leave ${depth}`, 8) === 0;
  if (Array.isArray(value)) {
    const items: readonly Json[] = value;
    return items.flatMap((item, i): readonly unknown[] => {
      if (String(i) !== chosen) return [item];
      return leaves
        ? []
        : [changedJson(item, key, depth + 1), ...(whole(key, `twice ${depth}`, 8) === 0 ? [item] : [])];
    });
  }
  return Object.fromEntries(
    Object.entries(value as { readonly [name: string]: Json }).flatMap(([name, item]): readonly [string, unknown][] => {
      if (name !== chosen) return [[name, item]];
      return leaves ? [] : [[name, changedJson(item, key, depth + 1)]];
    }),
  );
};

const asJson = (bytes: Buffer): Json | undefined => {
  try {
    return JSON.parse(bytes.toString('utf8')) as Json;
  } catch {
    return undefined;
  }
};

/** A line of a file of JSON lines, changed. */
const changedLine = (bytes: Buffer, key: Key): Buffer | undefined => {
  const lines = bytes.toString('utf8').split('\n');
  const chosen = whole(key, 'line', lines.length);
  const json = asJson(Buffer.from(lines[chosen] ?? ''));
  if (json === undefined || lines.length < 2) return undefined;
  return Buffer.from(lines.map((line, i) => (i === chosen ? JSON.stringify(changedJson(json, key)) : line)).join('\n'));
};

/**
 * A valid file with one to three faults: bytes changed, cut, doubled or pushed in, and for JSON and
 * lines of JSON, every other time, a value of another kind. All of it follows from the key.
 */
export const mutate = (bytes: Buffer, key: Key): Buffer => {
  const faults = 1 + whole(key, 'faults', 3);
  return Array.from({ length: faults }, (_, i) => fold(key, `fault ${i}`)).reduce((file, own) => {
    if (whole(own, 'kind', 2) === 1) return changedBytes(file, own);
    const json = asJson(file);
    if (json !== undefined) return Buffer.from(JSON.stringify(changedJson(json, own)) ?? '');
    return changedLine(file, own) ?? changedBytes(file, own);
  }, bytes);
};
