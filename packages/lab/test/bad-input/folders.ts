import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { CommandLine } from './command-line.ts';
import type { BadCase } from './outcome.ts';

const archive = 'runs.jsonl.gz';
const record = { config: {}, surroundings: {}, result: {} };

/** Archives of runs by what is wrong with them. */
const ARCHIVES: { readonly [what: string]: string | Uint8Array } = {
  'an empty archive': '',
  'an archive that is not packed': '{}\n',
  'half an archive': gzipSync('{"a":1}\n'.repeat(1000)).subarray(0, 20),
  'an archive of nothing': gzipSync(''),
  'an archive that is no JSON': gzipSync('{\n'),
  'an archive of numbers': gzipSync('1\n2\n'),
  'an archive of lists': gzipSync('[]\n'),
  'an archive of empty rows': gzipSync('{}\n'),
  'an archive of null': gzipSync('null\n'),
  'an archive of empty records': gzipSync(`${JSON.stringify({ record })}\n`),
  'an archive whose metrics are words': gzipSync(
    `${JSON.stringify({ record: { ...record, result: { evaluations: [{ metrics: { nll: 'low' } }] } } })}\n`,
  ),
};

/** Archives, run folders and output folders that cannot be what they should be. */
export const folderCases = (lab: CommandLine, folder: string): readonly BadCase[] => {
  const inFile = join(folder, 'a-file');
  const outs = [join(inFile, 'out'), '/proc/nothing/out', '/dev/null/out', ''];
  return [
    ...Object.entries(ARCHIVES).map(([name, bytes], i): BadCase => ({
      group: 'archives',
      name,
      names: [`archive-${i}`],
      attempt: () => {
        const own = join(folder, `archive-${i}`);
        mkdirSync(own, { recursive: true });
        writeFileSync(join(own, archive), bytes);
        return lab('compare', own, own);
      },
    })),
    ...['nowhere', 'a-file', '.'].map((path): BadCase => ({
      group: 'archives',
      name: `compare ${path}`,
      names: [path],
      attempt: () => {
        writeFileSync(inFile, '');
        return lab('compare', join(folder, path), join(folder, path));
      },
    })),
    ...outs.map((out): BadCase => ({
      group: 'environment',
      name: `--out ${JSON.stringify(out)}`,
      names: [/--out|folder|cannot read/],
      attempt: () => {
        writeFileSync(inFile, '');
        return lab('run', 'compare', '--scale', 'smoke', '--limit', '1', '--workers', '1', '--out', out);
      },
    })),
  ];
};
