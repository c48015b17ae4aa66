import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runProgram } from './child.mjs';
import { withLock } from './lock.mjs';

/**
 * A package that the lock file asks for and node_modules lacks, or undefined. Optional ones may be
 * absent.
 */
const missingPackage = (root, lock) =>
  Object.entries(lock.packages)
    .filter(([path, { optional, devOptional }]) => path.startsWith('node_modules/') && !optional && !devOptional)
    .map(([path]) => path)
    .find((path) => !existsSync(join(root, path)));

/** npm's own script beside node.exe: Windows starts no `npm.cmd` without a shell. */
const besideNode = join(dirname(process.execPath), 'node_modules', 'npm', 'bin', 'npm-cli.js');

/** npm, by the path of the one that started us, else the one beside Node, else by name. */
const npm = (root, ...args) => {
  const started = process.env.npm_execpath ?? (process.platform === 'win32' ? besideNode : undefined);
  // The CPU library lies in the tarball; the package's install script would fetch CUDA libraries.
  const options = { cwd: root, env: { ONNXRUNTIME_NODE_INSTALL: 'skip' } };
  if (started?.endsWith('.js')) return runProgram(process.execPath, [started, ...args], options);
  return runProgram('npm', args, options);
};

/**
 * Installs when node_modules is missing, was made from another lock file, or lacks a package.
 *
 * @returns An exit code.
 */
export const install = async (root) => {
  const text = readFileSync(join(root, 'package-lock.json'), 'utf8');
  const digest = createHash('sha256').update(text).digest('hex');
  const stamp = join(root, 'node_modules', '.lab-lock');
  const isCurrent = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === digest;
  const whatIsMissing = () => missingPackage(root, JSON.parse(text));
  if (isCurrent() && whatIsMissing() === undefined) return 0;
  const onWait = (pid) =>
    console.error(`Another command (process ${pid ?? 'unknown'}) is installing; waiting for its end …`);
  return withLock(join(root, '.installing'), onWait, async () => {
    if (isCurrent()) {
      const missing = whatIsMissing();
      if (missing === undefined) return 0;
      console.log(`${missing} is missing.`);
    }
    console.log('Installing the packages of package-lock.json (about a minute) …');
    const code = await npm(root, 'ci', '--no-audit', '--no-fund', '--loglevel=error');
    if (code !== 0) {
      console.error('npm ci failed; the messages above say why. Nothing else was done.');
      return code;
    }
    mkdirSync(dirname(stamp), { recursive: true });
    writeFileSync(stamp, digest);
    return 0;
  });
};
