/**
 * Writes the reports of results/ again from the runs beside them: after a change to a table, a
 * figure or the page. No run is computed.
 *
 *   npx tsx scripts/make/rerender.ts [part of a folder's name ...]
 */
import { published, renderPublished } from '@lab/lab/testing';

const wanted = process.argv.slice(2);
for (const one of published) {
  if (wanted.length > 0 && !wanted.some((part) => one.folder.includes(part))) continue;
  await renderPublished(one, one.folder);
  console.log(`${one.name}, scale ${one.scale}`);
}
