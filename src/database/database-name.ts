import pg from 'pg'
import { ConfigError } from '../config.ts'
import type { DatabaseAddress } from './pool.ts'

/** Which database an address names, without user and password. */
export type DatabaseName = { host: string; name: string }

/** Reads which database an address names. Throws ConfigError when it is malformed; the message repeats nothing of it. */
export function databaseName(address: DatabaseAddress): DatabaseName {
  try {
    const { host, port, database } = new pg.Client(address)
    return { host: host.startsWith('/') ? host : `${host}:${port}`, name: database ?? '' }
  } catch {
    throw new ConfigError(
      'DATABASE_URL is malformed: special characters in its password must be escaped, such as %40 for @ and %2F for /.',
    )
  }
}
