import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** The program that runs now, or undefined between two. */
let current;
let stopped = false;

const stop = (signal) => {
  stopped = true;
  // A terminal that closes asks for the same as a supervisor that stops us.
  current?.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal);
};

/** Hands every request to stop on to the program that runs. Call it once. */
export const forwardSignals = () => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop(signal));
  // npm, or the shell that it starts, may end without a word to us.
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && stop('SIGTERM'), 1_000).unref();
};

/**
 * Runs a program and hands signals on to it.
 *
 * @returns Its exit code; 128 and the signal's number where a signal ended it, as shells have it.
 */
export const runProgram = (command, args, { cwd, env = {} }) =>
  new Promise((resolve) => {
    if (stopped) return resolve(130);
    const child = spawn(command, args, { cwd, stdio: 'inherit', env: { ...process.env, NX_TUI: 'false', ...env } });
    current = child;
    child.on('error', ({ message }) => {
      console.error(`${command} could not be started: ${message}`);
      resolve(1);
    });
    child.on('exit', (code, signal) => {
      current = undefined;
      if (signal === null) return resolve(code ?? 1);
      if (signal === 'SIGKILL')
        console.error('The program was ended by SIGKILL: somebody killed it, or memory ran out (try fewer --workers).');
      resolve(128 + constants.signals[signal]);
    });
  });

/** The steps one after another, up to the first that fails. */
export const inTurn = async (steps) => {
  for (const step of steps) {
    const code = await step();
    if (code !== 0) return code;
  }
  return 0;
};
