import { createRequire } from 'node:module';
import { z } from 'zod';

const manifestSchema = z.object({ version: z.string() });

/**
 * The version of an installed package, as the module `importer` (its `import.meta.url`) would load
 * it. Throws where it is not installed.
 */
export const packageVersion = (name: string, importer: string): string =>
  manifestSchema.parse(createRequire(importer)(`${name}/package.json`)).version;
