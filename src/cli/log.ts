import pino from 'pino'
import type { Log } from '../core/log.ts'

/** The server's log: JSON lines on stderr. It is never given a secret, a link or anything that a payer typed. */
export function createLog(level: string): Log {
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, serializers: { err: loggedError } }
  return pino(options, pino.destination({ fd: 2, sync: true }))
}

/** The fields of an error that are logged. Errors of PostgreSQL have others, such as `detail`, that quote values of rows. */
export function loggedError(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) }
  const { name, message, stack, code, constraint, table, cause } = error as Error & Record<string, unknown>
  return {
    type: name,
    message,
    code,
    constraint,
    table,
    stack,
    ...(cause !== undefined && { cause: loggedError(cause) }),
  }
}
