import pg from 'pg'
import { ConfigError } from '../config.ts'
import type { DatabaseAddress } from './pool.ts'

/** Which database an address leads to, as it may be shown: without user and password. */
export type DatabaseName = { host: string; name: string }

/** Reads which database an address leads to. Throws ConfigError when it cannot be read; nothing of it is repeated then. */
export function databaseName(address: DatabaseAddress): DatabaseName {
  try {
    const { host, port, database } = new pg.Client(address)
    return { host: host.startsWith('/') ? host : `${host}:${port}`, name: database ?? '' }
  } catch {
    throw new ConfigError('DATABASE_URL cannot be read: write what is special in its password as %40 for @, %2F for /.')
  }
}
