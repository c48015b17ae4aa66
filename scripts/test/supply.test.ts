import { expect, it } from 'vitest';
import { advisories, licenceBreaches, productionPackages } from '../checks/supply/check.ts';

const lock = {
  packages: {
    '': { version: '0.1.0' },
    'packages/ours': { version: '0.1.0' },
    'node_modules/@lab/ours': { link: true },
    'node_modules/free': { version: '1.0.0', license: 'MIT' },
    'node_modules/free/node_modules/either': { version: '2.0.0', license: '(GPL-3.0 OR Apache-2.0)' },
    'node_modules/both': { version: '3.0.0', license: 'MIT AND GPL-3.0' },
    'node_modules/silent': { version: '4.0.0' },
    'node_modules/tool': { version: '5.0.0', license: 'GPL-3.0', dev: true },
  },
};

it('names production packages whose licence is missing or not allowed', () => {
  const packages = productionPackages(lock);
  expect(packages.map(({ name }) => name)).toEqual(['free', 'either', 'both', 'silent']);
  expect(licenceBreaches(packages, [])).toEqual([
    'both 3.0.0: licence MIT AND GPL-3.0',
    'silent 4.0.0: licence not stated',
  ]);
  expect(licenceBreaches(packages, ['both', 'silent'])).toEqual([]);
});

it('names packages with an advisory, and says when there was no answer', () => {
  const audit = { vulnerabilities: { old: { severity: 'high', range: '<2' } } };
  expect(advisories(audit, [])).toEqual(['old <2: advisory, high']);
  expect(advisories(audit, ['old'])).toEqual([]);
  expect(advisories({ message: 'no network' }, [])).toEqual([
    'npm audit gave no answer; without a network use --offline',
  ]);
});
