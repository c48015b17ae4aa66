import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openRun, temporaryName } from '@lab/records';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { clean } from '../src/commands/clean.ts';
import { scratch } from './cli.ts';

let folder: ReturnType<typeof scratch>;
beforeEach(() => {
  folder = scratch();
});
afterEach(() => {
  vi.restoreAllMocks();
  folder.remove();
});

it('sees what killed reports, downloads and runs left, removes it when told to, and nothing else', () => {
  const { out } = folder;
  const run = openRun(out, 'one');
  mkdirSync(join(out, 'compare', 'quick'), { recursive: true });
  const leftovers = [
    temporaryName(join(out, 'compare', 'quick', 'report.html')),
    join(out, 'compare', 'quick', 'page.html.tmp-4711'),
    `${temporaryName(join(out, 'report.html'))}`,
    temporaryName(join(run, 'run.json')),
    join(run, 'run.json.corrupt-1'),
    join(run, 'lease-000003.json'),
  ];
  const kept = [
    join(out, 'compare', 'quick', 'report.html'),
    join(run, 'lease-000001 (1).json'),
    join(run, 'run.json'),
  ];
  for (const path of [...leftovers, ...kept]) writeFileSync(path, '{"host":"gone","space":null}');
  writeFileSync(
    join(run, 'lease-000003.json'),
    JSON.stringify({ host: 'x', space: null, pid: 1, started: null, turn: 0 }),
  );
  // The owner is on another host: only a heartbeat that stands still could free the run.
  const others = leftovers.filter((path) => !path.startsWith(run));
  symlinkSync('nowhere', join(out, 'runs', 'two.corrupt-1'));

  const said: string[] = [];
  vi.spyOn(console, 'log').mockImplementation((line: string) => void said.push(line));
  clean({ out, yes: false, json: false });
  for (const path of [...others, join(out, 'runs', 'two.corrupt-1')]) expect(said.join('\n')).toContain(path);
  expect(said.join('\n')).not.toContain(join(run, 'run.json'));

  writeFileSync(join(run, 'lease-000003.json'), 'x');
  clean({ out, yes: true, json: false });
  expect(others.map((path) => existsSync(path))).toEqual(others.map(() => false));
  expect(kept.map((path) => existsSync(path))).toEqual([true, true, true]);
});
