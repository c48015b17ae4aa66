import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      'packages/*/src/**/*.test.ts',
      'packages/*/test/**/*.test.ts',
      'experiments/**/*.test.ts',
      'scripts/**/*.test.ts',
    ],
    globalSetup: ['./vitest.scratch.ts'],
    setupFiles: ['./vitest.setup.ts'],
    testTimeout: 60_000,
    // tfjs keeps its backend per process; two cores are the usual machine.
    pool: 'forks',
    maxWorkers: 2,
  },
});
