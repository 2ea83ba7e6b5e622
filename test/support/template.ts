import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startBundledServer } from '../../src/database/bundled/index.ts'
import { openLocalDatabase } from '../../src/database/local.ts'
import { migrate } from '../../src/database/migrate.ts'
import { openPool } from '../../src/database/pool.ts'

/** A real PostgreSQL with a migrated database to copy, and a folder that is there as long as it is. */
export type Template = {
  postgres: { host: string; port: number; password: string; template: string }
  folder: string
  close(): Promise<void>
}

/** Starts one of its own. */
export async function openTemplate(): Promise<Template> {
  const folder = await mkdtemp(join(tmpdir(), 'tallystick-test-'))
  const server = await startBundledServer({ data_dir: folder, log: () => {}, settings: { max_connections: '200' } })
  const template = 'template_tallystick'
  const local = await openLocalDatabase(server, template)
  const pool = openPool(local.owner, 1, () => {})
  await migrate(pool, new Date(), local.serverRole)
  await pool.end()
  const { host, port, password } = server.connection(template)
  return {
    postgres: { host, port, password, template },
    folder,
    async close() {
      await server.stop()
      // Processes that end just now may still write what they compiled.
      await rm(folder, { recursive: true, force: true, maxRetries: 50, retryDelay: 100 })
    },
  }
}
