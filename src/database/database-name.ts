import { ConfigError } from '../config.ts'
import { DatabaseClient } from './client.ts'
import type { DatabaseAddress } from './pool.ts'

/** Which database an address names, without user and password. */
export type DatabaseName = { host: string; name: string }

/** Reads which database an address names. Throws ConfigError when it is malformed; the message repeats nothing of it. */
export function databaseName(address: DatabaseAddress): DatabaseName {
  try {
    const { host, port, database } = new DatabaseClient(address)
    const several = 'primary' in address ? address.primary?.hosts?.map(({ name }) => name).join(',') : undefined
    return { host: several ?? (host.startsWith('/') ? host : `${host}:${port}`), name: database ?? '' }
  } catch {
    throw new ConfigError(
      'DATABASE_URL is malformed: special characters in its password must be escaped, such as %40 for @ and %2F for /.',
    )
  }
}
