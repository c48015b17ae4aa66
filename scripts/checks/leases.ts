/**
 * Model checking of the lease protocol: the real code of `@lab/records` in many random histories of
 * processes, stops, crashes and clocks.
 *
 *   npm run leases [-- --walks <n, default a million> --seed <n> --late-writes]
 */
import { parseArgs } from 'node:util';
import { openLeases } from '@lab/records';
import { explore } from './leases/explore.ts';

const { values } = parseArgs({
  options: {
    walks: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '0' },
    'late-writes': { type: 'boolean', default: false },
  },
});
const wanted = Number(values.walks);
const started = performance.now();
const { walks, distinct, turns, violations } = explore({
  openLeases,
  seed: Number(values.seed),
  lateWrites: values['late-writes'],
  until: (count) => count >= wanted,
});
const seconds = (performance.now() - started) / 1000;
console.log(
  `${walks} histories (${distinct} distinct) of ${(turns / walks).toFixed(0)} turns in ${seconds.toFixed(0)} s`,
);
for (const what of [
  'two owners wrote',
  'a finished run was changed',
  'a living owner was taken over',
  'nobody can go on',
])
  console.log(`${what}: ${violations[what] ?? 0}`);
if (Object.keys(violations).length > 0 && !values['late-writes']) process.exitCode = 1;
