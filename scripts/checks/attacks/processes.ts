import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { sleep } from '@lab/lab/testing';
import { itemAt } from '@lab/records';
import {
  command,
  computed,
  firstOf,
  lab,
  wrongRefusal,
  root,
  starter,
  twoArms,
  writeStudy,
  type Attack,
} from './attack.ts';

/** Processes whose command line names the folder. */
const processesOn = (folder: string): readonly string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder);
      } catch {
        return false;
      }
    });

/** Waits until nobody works on the folder; the number of those that do after a minute. */
const leftOn = async (folder: string): Promise<number> => {
  for (let i = 0; i < 120 && processesOn(folder).length > 0; i++) await sleep(500);
  return processesOn(folder).length;
};

const linuxOnly = (): string | null => (process.platform === 'linux' ? null : 'it reads /proc');

export const processAttacks: readonly Attack[] = [
  {
    name: 'H3',
    what: 'SIGTERM, SIGHUP and SIGINT to the starter of a sweep',
    should: 'sweep and workers end; the same command goes on',
    cannot: linuxOnly,
    attempt: async (folder) => {
      const epochs = { 'train.epochs': [400] };
      const study = writeStudy(folder, { arms: twoArms, grid: epochs });
      for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT'] as const) {
        const args = [starter, 'lab', 'run', study, '--workers', '2', '--out', join(folder, 'out')];
        const child = spawn(process.execPath, args, { cwd: root, stdio: 'ignore' });
        const ended = new Promise((resolve) => child.once('exit', resolve));
        await sleep(8_000);
        child.kill(signal);
        await ended;
        const left = await leftOn(folder);
        if (left > 0) return `${left} processes are left after ${signal}`;
      }
      return null;
    },
  },
  {
    name: 'H4',
    what: 'a lock of an installation whose process was killed',
    should: 'the next command takes it over',
    attempt: (folder) => {
      mkdirSync(folder, { recursive: true });
      const path = join(folder, '.installing');
      writeFileSync(path, `${hostname()} 4194305`);
      const lock = new URL('../../run/lock.mjs', import.meta.url).href;
      const text = `import { withLock } from ${JSON.stringify(lock)};
        await withLock(${JSON.stringify(path)}, () => console.log('waits'), () => console.log('goes on'));`;
      const { said, code } = command(process.execPath, ['--input-type=module', '--eval', text]);
      return code === 0 && said.includes('goes on') ? null : `${code}: ${said}`;
    },
  },
  {
    name: 'H5',
    what: 'a stray copy of a lease, and a lease with a pid that is a word',
    should: 'the sweep ends',
    attempt: (folder) => {
      const study = writeStudy(folder, { arms: twoArms });
      const ids = computed(study, folder);
      const run = (i: number) => join(folder, 'out', 'runs', itemAt(ids, i));
      for (const i of [0, 1]) rmSync(join(run(i), 'DONE'));
      const owner = { host: hostname(), space: null, pid: 'seven', started: null, turn: 0 };
      writeFileSync(join(run(0), 'lease-000001 (1).json'), JSON.stringify({ ...owner, pid: 1 }));
      writeFileSync(join(run(1), 'lease-000009.json'), JSON.stringify(owner));
      computed(study, folder);
      const done = [0, 1].filter((i) => readdirSync(run(i)).includes('DONE'));
      return done.length === 2 ? null : `${done.length} of 2 runs are done`;
    },
  },
  {
    name: 'H7',
    what: 'run folders that cannot be read: a pipe, a folder for a file, links in a circle',
    should: 'set aside and computed again; the others are not stopped',
    cannot: linuxOnly,
    attempt: (folder) => {
      const study = writeStudy(folder, { arms: twoArms, seeds: [0, 1] });
      const ids = computed(study, folder);
      const run = (i: number) => join(folder, 'out', 'runs', itemAt(ids, i));
      rmSync(join(run(0), 'run.json'));
      execFileSync('mkfifo', [join(run(0), 'run.json')]);
      rmSync(join(run(1), 'result.json'));
      mkdirSync(join(run(1), 'result.json'));
      rmSync(join(run(2), 'DONE'));
      symlinkSync('DONE', join(run(2), 'DONE'));
      rmSync(run(3), { recursive: true });
      symlinkSync(run(3), run(3));
      computed(study, folder);
      const { code, said } = lab('report', study, '--out', join(folder, 'out'));
      return code === 0 ? null : `${code}: ${said.slice(-300)}`;
    },
  },
  {
    name: 'H11',
    what: 'two machines of one name whose processes have equal numbers (pid namespaces) on one folder',
    should: 'every run is finished once',
    cannot: () =>
      spawnSync('unshare', ['--pid', '--fork', '--mount-proc', 'true']).status === 0
        ? null
        : 'unshare cannot make a space of process numbers here',
    attempt: async (folder) => {
      const study = writeStudy(folder, { arms: twoArms, seeds: [0, 1, 2, 3] });
      const out = join(folder, 'out');
      const args = ['--pid', '--fork', '--mount-proc', process.execPath, starter, 'lab', 'worker', study];
      const codes = await Promise.all(
        [0, 1].map(
          () =>
            new Promise<number | null>((resolve) =>
              spawn('unshare', [...args, '--workers', '1', '--out', out], { cwd: root, stdio: 'ignore' }).once(
                'exit',
                resolve,
              ),
            ),
        ),
      );
      const runs = readdirSync(join(out, 'runs'));
      const done = runs.filter((id) => readdirSync(join(out, 'runs', id)).includes('DONE'));
      const stray = runs.flatMap((id) => readdirSync(join(out, 'runs', id)).filter((name) => name.includes('.tmp')));
      if (codes.some((code) => code !== 0)) return `exit codes ${codes.join(', ')}`;
      return done.length === 8 && stray.length === 0 ? null : `${done.length} of 8 done, ${stray.length} files left`;
    },
  },
  {
    name: 'H12, output',
    what: 'a standard output that is full',
    should: 'one sentence, exit code 2',
    cannot: linuxOnly,
    attempt: () =>
      wrongRefusal(
        command('bash', ['-c', `"$0" "$1" lab list methods > /dev/full`, process.execPath, starter]),
        'Standard output cannot be written',
      ),
  },
  {
    name: 'H13',
    what: 'a setting of .npmrc that npm 12 will not read; advisories hidden',
    should: 'the environment of the installation says it; npm audit is not switched off',
    attempt: () => {
      const text = readFileSync(join(root, '.npmrc'), 'utf8');
      return firstOf([
        /onnxruntime/.test(text) ? '.npmrc still has the setting' : null,
        /audit\s*=\s*false/.test(text) ? '.npmrc hides advisories' : null,
      ]);
    },
  },
];
