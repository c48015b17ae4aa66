import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', 'out/**'],
    globalSetup: ['./vitest.scratch.ts'],
    setupFiles: ['./vitest.setup.ts'],
    testTimeout: 180_000,
    // tfjs keeps its backend per process; two cores are the usual machine.
    pool: 'forks',
    maxWorkers: 2,
  },
});
