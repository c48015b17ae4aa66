import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';

const child = new URL('../run/child.mjs', import.meta.url).href;
const lock = new URL('../run/lock.mjs', import.meta.url).href;
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'run-'));
});

/** Starts a module given as text. */
const start = (text: string, env: { readonly [name: string]: string } = {}) => {
  const { npm_lifecycle_event: _event, ...rest } = process.env;
  const started = spawn(process.execPath, ['--input-type=module', '--eval', text], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...rest, ...env },
  });
  let printed = '';
  for (const stream of [started.stdout, started.stderr])
    stream.on('data', (bytes: Buffer) => (printed += String(bytes)));
  const code = new Promise<number | null>((resolve) => started.on('close', resolve));
  const has = async (word: string): Promise<void> => {
    while (!printed.includes(word)) await new Promise((resolve) => setTimeout(resolve, 20));
  };
  return { started, code, has, printed: () => printed };
};

/** A program that says when it runs, and ends with 7 when it is asked to stop. */
const PROGRAM = `
  for (const signal of ['SIGINT', 'SIGTERM'])
    process.on(signal, () => { console.log('asked by ' + signal); setTimeout(() => process.exit(7), 50); });
  console.log('runs as ' + process.pid + '.');
  setInterval(() => undefined, 1000);`;
const PARENT = `
  import { forwardSignals, runProgram } from ${JSON.stringify(child)};
  forwardSignals();
  process.exit(await runProgram(process.execPath, ['-e', ${JSON.stringify(PROGRAM)}], { cwd: '.' }));`;

describe('a signal to the starter', () => {
  it.each([
    ['SIGTERM', 'SIGTERM'],
    ['SIGINT', 'SIGINT'],
    ['SIGHUP', 'SIGTERM'],
  ] as const)('%s reaches the program as %s, whose exit code is passed on', async (sent, received) => {
    const { started, code, has, printed } = start(PARENT);
    await has('runs as');
    started.kill(sent);
    expect(await code).toBe(7);
    expect(printed()).toContain(`asked by ${received}`);
  });

  it('is not needed where npm dies: the program is asked to stop', async () => {
    const npm = `
      import { spawn } from 'node:child_process';
      spawn(process.execPath, ['--input-type=module', '--eval', ${JSON.stringify(PARENT)}], { stdio: 'inherit' });
      setTimeout(() => process.exit(0), 1_500);`;
    const { code, has } = start(npm, { npm_lifecycle_event: 'lab' });
    await has('asked by SIGTERM');
    expect(await code).toBe(0);
  });
});

it('a program that is killed is said to be, with the exit code of shells', async () => {
  const { code, has, printed } = start(PARENT);
  await has('.');
  process.kill(Number(/runs as (\d+)/.exec(printed())?.[1]), 'SIGKILL');
  expect(await code).toBe(137);
  expect(printed()).toContain('ended by SIGKILL');
});

describe('the lock of an installation', () => {
  const path = () => join(folder, '.installing');
  const holder = (action: string) =>
    start(`
      import { withLock } from ${JSON.stringify(lock)};
      import { appendFileSync } from 'node:fs';
      const say = (word) => appendFileSync(${JSON.stringify(join(folder, 'log'))}, word + '\\n');
      await withLock(${JSON.stringify(path())}, (pid) => console.log('waits for ' + pid), async () => { ${action} });`);
  const work = `say('in'); await new Promise((resolve) => setTimeout(resolve, 200)); say('out');`;

  it('lets one in at a time, and is gone afterwards', async () => {
    const codes = await Promise.all([holder(work), holder(work), holder(work)].map(({ code }) => code));
    expect(codes).toEqual([0, 0, 0]);
    expect(readFileSync(join(folder, 'log'), 'utf8')).toBe('in\nout\n'.repeat(3));
    expect(readdirSync(folder)).toEqual(['log']);
  });

  it('is taken over from an owner that was killed', async () => {
    const killed = holder(`say('in'); setInterval(() => undefined, 1000); await new Promise(() => undefined);`);
    while (!existsSync(join(folder, 'log'))) await new Promise((resolve) => setTimeout(resolve, 20));
    killed.started.kill('SIGKILL');
    await killed.code;
    expect(existsSync(path())).toBe(true);
    expect(await holder(work).code).toBe(0);
    expect(existsSync(path())).toBe(false);
  });

  it('is waited for while its owner lives', async () => {
    writeFileSync(path(), `${hostname()} ${process.pid}`);
    const waiting = holder(work);
    await waiting.has(`waits for ${process.pid}`);
    expect(existsSync(join(folder, 'log'))).toBe(false);
    waiting.started.kill('SIGKILL');
    await waiting.code;
  });

  it('of another host, or the folder of an earlier version, counts as dead after a minute of silence', async () => {
    const old = new Date(Date.now() - 120_000);
    writeFileSync(path(), 'elsewhere 1');
    utimesSync(path(), old, old);
    expect(await holder(work).code).toBe(0);
    mkdirSync(path());
    utimesSync(path(), old, old);
    expect(await holder(work).code).toBe(0);
    expect(existsSync(path())).toBe(false);
  });
});
