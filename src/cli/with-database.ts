import { readConfig } from '../config.ts'
import { runningServer } from '../database/bundled/index.ts'
import { localServerAddress } from '../database/local.ts'
import { openPool, type Pool } from '../database/pool.ts'
import { openDatabase } from '../server/open-database.ts'
import { createLog } from './log.ts'

/** Gives a command the server's database: that of a running server, or else one started for the duration of the command. */
export async function withDatabase<T>(work: (pool: Pool) => Promise<T>): Promise<T> {
  const config = readConfig(process.env)
  const running = config.database_url === undefined ? runningServer(config.data_dir) : undefined
  if (running) {
    const pool = openPool(localServerAddress(running), 4, () => {})
    try {
      return await work(pool)
    } finally {
      await pool.end()
    }
  }
  const database = await openDatabase(config, createLog('warn'))
  try {
    return await work(database.pool)
  } finally {
    await database.close()
  }
}
