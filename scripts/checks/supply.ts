/**
 * What the production dependencies bring with them: `npm run supply`. Every licence must be one of
 * those below or an exception; advisories are asked of the registry (`npm audit`).
 *
 *   npm run supply [-- --offline --sbom <file>]
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { advisories, licenceBreaches, productionPackages } from './supply/check.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values } = parseArgs({
  options: { offline: { type: 'boolean', default: false }, sbom: { type: 'string' } },
});
const exceptionSchema = z.array(z.strictObject({ name: z.string(), why: z.string().min(1) }));
const read = (path: string): unknown => JSON.parse(readFileSync(join(root, path), 'utf8'));
const exceptions = exceptionSchema.parse(read('scripts/checks/supply/exceptions.json')).map(({ name }) => name);
/** The npm that started this, by its script: Windows starts no `npm.cmd` without a shell. */
const started = process.env.npm_execpath?.endsWith('.js') ? process.env.npm_execpath : undefined;
const npm = (...args: readonly string[]): string => {
  const [command, words] = started ? [process.execPath, [started, ...args]] : ['npm', args];
  return spawnSync(command, words, { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }).stdout;
};

const packages = productionPackages(read('package-lock.json'));
const breaches = [...licenceBreaches(packages, exceptions)];
if (values.offline) console.log('Advisories were not asked for (--offline).');
else breaches.push(...advisories(JSON.parse(npm('audit', '--omit=dev', '--json')), exceptions));
if (values.sbom !== undefined) {
  writeFileSync(values.sbom, npm('sbom', '--omit=dev', '--sbom-format', 'cyclonedx'));
  console.log(`Bill of materials: ${values.sbom}`);
}
for (const breach of breaches) console.log(breach);
console.log(`${packages.length} production packages, ${breaches.length} that need a look`);
if (breaches.length > 0) process.exitCode = 1;
