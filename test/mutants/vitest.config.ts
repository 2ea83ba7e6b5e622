import { defineConfig } from 'vitest/config'

/** MUTANT_TESTS names the tests of a group; where MUTANT_DATABASE is set, they find their database by it. */
export default defineConfig({
  test: {
    include: (process.env.MUTANT_TESTS ?? '').split(','),
    globalSetup: process.env.MUTANT_DATABASE === undefined ? [] : ['test/mutants/database.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 1,
  },
})
