import { writeFileSync, rmSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';
import { beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * What lint says of a file of that content at that place. The file exists only while it is looked
 * at.
 */
const complaints = async (place: string, text: string): Promise<readonly string[]> => {
  const file = join(root, place);
  writeFileSync(file, text);
  try {
    const [result] = await new ESLint({ cwd: root }).lintFiles([file]);
    return result!.messages.map(({ ruleId }) => ruleId ?? 'fatal');
  } finally {
    rmSync(file, { force: true });
  }
};

const boundary = '@nx/enforce-module-boundaries';

describe('lint', () => {
  // The boundary rule is silent without a project graph, so the graph is made first.
  beforeAll(() => {
    execFileSync(process.execPath, [join(root, 'node_modules/nx/dist/bin/nx.js'), 'show', 'projects'], {
      cwd: root,
      env: { ...process.env, NX_DAEMON: 'false' },
    });
  }, 120_000);

  it.each([
    ['datasets', `import { tf } from '@lab/engine';\nexport const x = tf.add;\n`],
    ['dropout', `import { models } from '@lab/models';\nexport const x = models;\n`],
    ['models', `import { methods } from '@lab/dropout';\nexport const x = methods;\n`],
    ['report', `import { sweep } from '@lab/runner';\nexport const x = sweep;\n`],
    ['runner', `import { renderReport } from '@lab/report';\nexport const x = renderReport;\n`],
    ['random', `import { BadInput } from '@lab/runner';\nexport const x = BadInput;\n`],
    ['engine', `import { adapters } from '@lab/adapter';\nexport const x = adapters;\n`],
    ['adapter', `import { planMasks } from '../../dropout/src/plan.ts';\nexport const x = planMasks;\n`],
  ])('catches a forbidden import in %s', async (name, text) => {
    expect(await complaints(`packages/${name}/src/forbidden-probe.ts`, text)).toContain(boundary);
  });

  it('lets an allowed import pass', async () => {
    const text = `import { tf } from '@lab/engine';\nexport const add = tf.add;\n`;
    expect(await complaints('packages/dropout/src/forbidden-probe.ts', text)).toEqual([]);
  });

  it.each([
    ['export const x = Math.random();\n', 'no-restricted-properties'],
    [`import { tf } from '@lab/engine';\nexport const x = tf.dropout;\n`, 'no-restricted-properties'],
    [`import { tf } from '@lab/engine';\nexport const x = tf.randomNormal;\n`, 'no-restricted-properties'],
    [`import { tf } from '@lab/engine';\nexport const x = tf.variable;\n`, 'no-restricted-properties'],
    [`import { tf } from '@lab/engine';\nexport const x = tf.train;\n`, 'no-restricted-properties'],
    [`import { fuse } from '@lab/engine/internals';\nexport const x = fuse;\n`, 'no-restricted-imports'],
    [`import * as tf from '@tensorflow/tfjs';\nexport const x = tf.add;\n`, 'no-restricted-imports'],
  ])('bans %s', async (text, rule) => {
    expect(await complaints('packages/dropout/src/forbidden-probe.ts', text)).toContain(rule);
  });

  it.each([`export const x = '${'long '.repeat(24)}';\n`, `// ${'long '.repeat(20)}\nexport const x = 1;\n`])(
    'bans the long line of %s',
    async (text) => expect(await complaints('bench/forbidden-probe.ts', text)).toEqual(['max-len']),
  );
});
