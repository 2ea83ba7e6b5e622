import pino from 'pino'
import type { Log } from '../core/log.ts'

/** The server's log: JSON lines on stderr. Nothing that a payer typed, no secret and no link is ever given to it. */
export function createLog(level: string): Log {
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, serializers: { err: loggedError } }
  return pino(options, pino.destination({ fd: 2, sync: true }))
}

/** What of an error is logged. PostgreSQL's errors have more members, such as `detail`, which quote what is in the rows. */
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
