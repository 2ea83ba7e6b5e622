import { join } from 'node:path'
import type { Place } from './place.ts'
import type { Listen } from './settings.ts'

/** `sun_path` holds 104 bytes with the closing zero on macOS, 108 on Linux. */
const SOCKET_PATH_LIMIT_BYTES = 103
const PORT = 5432

/** A Unix socket in the data directory, which no other user can reach; undefined where paths are too long, and on Windows. */
export function socketOf(place: Place): Listen | undefined {
  const path = join(place.socketFolder, `.s.PGSQL.${PORT}`)
  if (process.platform === 'win32' || Buffer.byteLength(path) > SOCKET_PATH_LIMIT_BYTES) return undefined
  return { host: place.socketFolder, port: PORT }
}
