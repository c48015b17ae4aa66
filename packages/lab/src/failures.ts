import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { note, openRun, releaseLease, takeLease } from '@lab/records';

/** Removes the note of a run's failures, under its lease. One that somebody works on keeps it. */
export const forgetFailure = (out: string, id: string): void => {
  const lease = takeLease(openRun(out, id));
  if (!lease) return;
  rmSync(join(lease.folder, 'FAILED.json'), { force: true });
  note(lease, 'retried');
  releaseLease(lease);
};
