import { configDefaults, defineConfig } from 'vitest/config'

// What needs a Citus runs where CITUS_URL names one; test/global-setup.ts says so otherwise.
const withoutCitus = process.env.CITUS_URL === undefined ? ['test/citus/**'] : []

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...withoutCitus],
    globalSetup: ['test/global-setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
  },
})
