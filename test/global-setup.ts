import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { startBundledServer } from '../src/database/bundled/index.ts'
import { openLocalDatabase } from '../src/database/local.ts'
import { migrate } from '../src/database/migrate.ts'
import { openPool } from '../src/database/pool.ts'

declare module 'vitest' {
  interface ProvidedContext {
    postgres: { host: string; port: number; password: string; template: string }
  }
}

/** One real PostgreSQL for the whole run, with a migrated template that every test file copies. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(join(tmpdir(), 'tallystick-test-'))
  const server = await startBundledServer({
    data_dir: dataDir,
    log: () => {},
    settings: { max_connections: '200' },
  })
  const template = 'template_tallystick'
  const local = await openLocalDatabase(server, template)
  const pool = openPool(local.owner, 1, () => {})
  await migrate(pool, new Date(), local.serverRole)
  await pool.end()
  const { host, port, password } = server.connection(template)
  project.provide('postgres', { host, port, password, template })
  return async () => {
    await server.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
}
