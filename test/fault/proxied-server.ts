import { inject } from 'vitest'
import { openPool, servingLimits } from '../../src/database/pool.ts'
import { testDatabase } from '../support/database.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { type SilentProxy, silentProxy } from '../support/silent-proxy.ts'

/** A server that reaches PostgreSQL through a proxy only, by so many connections. `stop` proves the books. */
export async function proxiedServer(
  connections: number,
): Promise<{ server: TestServer; proxy: SilentProxy; stop(): Promise<void> }> {
  const proxy = await silentProxy()
  const database = await testDatabase()
  const { password } = inject('postgres')
  const address = { host: '127.0.0.1', port: proxy.port, user: 'tallystick_server', password, database: database.name }
  const pool = openPool(address, connections, () => {}, servingLimits)
  const server = await testServer({ database: { ...database, pool } })
  return {
    server,
    proxy,
    async stop() {
      await server.stop()
      await pool.end()
      await proxy.close()
      await database.drop()
    },
  }
}
