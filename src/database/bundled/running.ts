import { existsSync } from 'node:fs'
import { findPlace, readPassword } from './place.ts'
import { findRunning, readPidFile } from './postmaster.ts'
import { type ConnectionSettings, connectionTo } from './readiness.ts'
import { socketOf } from './socket.ts'

/**
 * How to connect to a bundled server that another process of this program runs, for a command beside it; undefined when
 * none runs on this data directory. It takes no lock and never stops anything.
 */
export function runningServer(dataDir: string): { connection(database: string): ConnectionSettings } | undefined {
  if (!existsSync(dataDir)) return undefined
  const place = findPlace(dataDir)
  if (findRunning(place) === undefined) return undefined
  const listen = socketOf(place) ?? { host: '127.0.0.1', port: readPidFile(place)?.port ?? 0 }
  const password = readPassword(place)
  return { connection: (database) => connectionTo(listen, password, database) }
}
