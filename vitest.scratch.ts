import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * All temporary folders of a test run lie in one, which is removed when the run ends, whether or
 * not the tests were.
 */
export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'lab-test-'));
  process.env.TMPDIR = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
