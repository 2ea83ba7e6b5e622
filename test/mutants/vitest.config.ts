import { defineConfig } from 'vitest/config'

/** MUTANT_TESTS names the tests of a group. They need no database, so there is no global setup. */
export default defineConfig({
  test: { include: (process.env.MUTANT_TESTS ?? '').split(','), pool: 'forks', maxWorkers: 1 },
})
