import type { Cell } from '../study/study.ts';

/** One fact about where the runs came from, with the number of runs that share it. */
export interface Fact {
  readonly what: string;
  readonly value: string;
  readonly runs: number;
}

const facts = (cell: Cell): readonly (readonly [string, string])[] => {
  const s = cell.record.surroundings;
  const changed = s.dirty === null ? '' : s.dirty ? ', with uncommitted changes' : '';
  return [
    ['commit', `${s.commit ?? 'unknown'}${changed}`],
    ['engine', s.engine],
    ['threads', String(s.threads)],
    ['processor', s.cpu],
    ['Node', s.node],
    ...Object.entries(s.versions).map(([library, version]) => [library, version] as const),
  ];
};

/** What code, engine and machine the runs came from; sorted, counted over different runs. */
export const provenance = (cells: readonly Cell[]): Fact[] => {
  const runs = new Map(cells.map((c) => [c.record.result.id, c]));
  const counts = new Map<string, Fact>();
  for (const cell of runs.values()) {
    for (const [what, value] of facts(cell)) {
      const at = `${what}\u0000${value}`;
      counts.set(at, { what, value, runs: (counts.get(at)?.runs ?? 0) + 1 });
    }
  }
  return [...counts.values()].sort((a, b) =>
    a.what < b.what ? -1 : a.what > b.what ? 1 : b.runs - a.runs || (a.value < b.value ? -1 : 1),
  );
};
