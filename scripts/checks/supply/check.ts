import { z } from 'zod';

/** Licences that let anyone use, change and pass on what they cover. */
const ALLOWED = new Set([
  ...['MIT', 'MIT-0', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'BlueOak-1.0.0'],
  ...['CC0-1.0', 'CC-BY-4.0', 'Unlicense', 'Python-2.0', 'PSF-2.0', 'Zlib', 'MPL-2.0'],
]);

const lockSchema = z.looseObject({
  packages: z.record(
    z.string(),
    z.looseObject({
      version: z.string().optional(),
      license: z.string().optional(),
      dev: z.boolean().optional(),
      devOptional: z.boolean().optional(),
      link: z.boolean().optional(),
    }),
  ),
});

export type SuppliedPackage = { readonly name: string; readonly version: string; readonly licence: string | undefined };

/** Packages of a lock file that an installation for users holds: not ours, none for development. */
export const productionPackages = (lock: unknown): readonly SuppliedPackage[] =>
  Object.entries(lockSchema.parse(lock).packages).flatMap(([path, { version, license, dev, devOptional, link }]) => {
    const name = path.split('node_modules/').at(-1) ?? '';
    if (!path.includes('node_modules/') || dev || devOptional || link || version === undefined) return [];
    return [{ name, version, licence: license }];
  });

/** Whether an SPDX expression can be met: one side of an `OR`, every side of an `AND`. */
const isAllowed = (expression: string): boolean =>
  expression
    .replace(/[()]/g, '')
    .split(' OR ')
    .some((side) => side.split(' AND ').every((licence) => ALLOWED.has(licence.trim())));

/** Packages without a licence, or with one that is not allowed; exceptions by name are left out. */
export const licenceBreaches = (
  packages: readonly SuppliedPackage[],
  exceptions: readonly string[],
): readonly string[] =>
  packages.flatMap(({ name, version, licence }) =>
    exceptions.includes(name) || (licence !== undefined && isAllowed(licence))
      ? []
      : [`${name} ${version}: licence ${licence ?? 'not stated'}`],
  );

const auditSchema = z.looseObject({
  vulnerabilities: z.record(z.string(), z.looseObject({ severity: z.string(), range: z.string().optional() })),
});

/** Advisories of `npm audit --json`; exceptions by name are left out. */
export const advisories = (audit: unknown, exceptions: readonly string[]): readonly string[] => {
  const parsed = auditSchema.safeParse(audit);
  if (!parsed.success) return ['npm audit gave no answer; without a network use --offline'];
  return Object.entries(parsed.data.vulnerabilities).flatMap(([name, { severity, range = '' }]) =>
    exceptions.includes(name) ? [] : [`${name} ${range}: advisory, ${severity}`],
  );
};
